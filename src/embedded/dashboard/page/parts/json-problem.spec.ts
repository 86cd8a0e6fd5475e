import * as fc from 'fast-check';
import { jsonProblem } from './json-problem.js';

describe('A JSON editor', () => {
  it.each([
    ['', 'This must be an object'],
    ['[1]', 'This must be an object'],
    ['{', 'line 1, column 2: expected a name in double quotes'],
    ['{"a": }', 'line 1, column 7: expected a value'],
    ['{\n  "a": oops\n}', 'line 2, column 8: expected a value'],
    ['{"a": 1 "b": 2}', 'line 1, column 9: expected "," or "}"'],
    ['{"a": [1, 2}', 'line 1, column 12: expected "," or "]"'],
    ["{'a': 1}", 'line 1, column 2: expected a name in double quotes'],
    ['{"a": "x\n"}', 'line 1, column 7: expected the end of the string'],
    ['{"a" 1}', 'line 1, column 6: expected ":"'],
    ['{"a": 1,}', 'line 1, column 9: expected a name in double quotes'],
    ['{} {}', 'line 1, column 4: expected nothing more'],
  ])('describes the mistake in %j', (text, problem) => {
    expect(jsonProblem(text)).toContain(problem);
  });

  it('accepts every JSON object, with any spacing', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.nat(4), (value, indent) => {
        expect(jsonProblem(JSON.stringify(value, null, indent))).toBeUndefined();
      }),
    );
  });

  it('refuses everything that JSON.parse refuses', () => {
    const broken = fc
      .tuple(
        fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 }),
        fc.nat(),
        fc.constantFrom('', ',', '"', '}', '\\', 'x'),
      )
      .map(([value, place, put]) => {
        const text = JSON.stringify(value);
        const at = place % text.length;
        return text.slice(0, at) + put + text.slice(at + 1);
      });
    fc.assert(
      fc.property(broken, (text) => {
        expect(jsonProblem(text) === undefined).toBe(isObject(text));
      }),
    );
  });
});

function isObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
