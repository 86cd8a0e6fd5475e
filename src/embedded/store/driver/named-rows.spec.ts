import { namingOf } from './named-rows.js';

describe('The naming of rows', () => {
  it('makes plain objects, and is made once for the same columns', () => {
    const naming = namingOf(['id', 'a "name"']);

    expect(naming([1, 'x'])).toStrictEqual({ id: 1, 'a "name"': 'x' });
    expect(namingOf(['id', 'a "name"'])).toBe(naming);
  });

  it('works in a Node that refuses to compile texts', () => {
    const refusing = jest.spyOn(globalThis, 'Function').mockImplementation(() => {
      throw new EvalError('Code generation from strings disallowed for this context');
    });
    const naming = namingOf(['only', 'here']);
    refusing.mockRestore();

    expect(naming([1, null])).toStrictEqual({ only: 1, here: null });
  });
});
