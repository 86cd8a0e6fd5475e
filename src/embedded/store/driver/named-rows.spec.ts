import { NamedRows } from './named-rows.js';

describe('The naming of rows', () => {
  it('makes plain objects, whatever the names are', () => {
    const rows = new NamedRows(() => ['id', 'a "name"']);

    expect(rows.one([1, 'x'])).toStrictEqual({ id: 1, 'a "name"': 'x' });
    expect(rows.all([[2, null]])).toStrictEqual([{ id: 2, 'a "name"': null }]);
    expect(rows.one(undefined)).toBeUndefined();
    expect(rows.all([])).toEqual([]);
  });

  it('asks for the names once, and again when a column was added', () => {
    const names = ['id'];
    const columns = jest.fn(() => [...names]);
    const rows = new NamedRows(columns);
    rows.one([1]);
    rows.all([[1], [2]]);
    expect(columns).toHaveBeenCalledTimes(1);

    names.push('added');

    expect(rows.one([1, 2])).toStrictEqual({ id: 1, added: 2 });
  });

  it('works in a Node that refuses to compile texts', () => {
    const refusing = jest.spyOn(globalThis, 'Function').mockImplementation(() => {
      throw new EvalError('Code generation from strings disallowed for this context');
    });
    const row = new NamedRows(() => ['only', 'here']).one([1, null]);
    refusing.mockRestore();

    expect(row).toStrictEqual({ only: 1, here: null });
  });
});
