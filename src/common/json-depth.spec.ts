import * as fc from 'fast-check';
import { isTooDeep, MAX_JSON_DEPTH, tooDeep } from './json-depth.js';

const nested = (levels: number, core: string): string => '['.repeat(levels) + core + ']'.repeat(levels);

describe('The depth of JSON', () => {
  it('counts arrays and objects alike', () => {
    expect(isTooDeep(nested(MAX_JSON_DEPTH, '1'))).toBe(false);
    expect(isTooDeep(nested(MAX_JSON_DEPTH, '[]'))).toBe(true);
    expect(isTooDeep(nested(MAX_JSON_DEPTH - 1, '{"a":1}'))).toBe(false);
    expect(isTooDeep(nested(MAX_JSON_DEPTH - 1, '{"a":{}}'))).toBe(true);
  });

  it('has the limit that the caller names', () => {
    expect(isTooDeep(nested(3, '1'), 3)).toBe(false);
    expect(isTooDeep(nested(4, '1'), 3)).toBe(true);
    expect(tooDeep(3)).toBe('nested too deeply: more than 3 levels');
  });

  it('is seen in a text that is cut off', () => {
    expect(isTooDeep('[{"a":'.repeat(MAX_JSON_DEPTH))).toBe(true);
    expect(isTooDeep('['.repeat(MAX_JSON_DEPTH + 1))).toBe(true);
    expect(isTooDeep('['.repeat(MAX_JSON_DEPTH))).toBe(false);
    expect(isTooDeep('["' + '['.repeat(MAX_JSON_DEPTH))).toBe(false);
  });

  it('does not count siblings, nor brackets within texts', () => {
    const text = fc.string({ unit: fc.constantFrom('[', '{', '"', '\\', '\n', 'a') });
    fc.assert(
      fc.property(fc.array(text), (texts) => {
        const json = JSON.stringify(texts.map((value) => ({ [value]: [value] })));
        expect(isTooDeep(nested(MAX_JSON_DEPTH - 3, json))).toBe(false);
        expect(isTooDeep(nested(MAX_JSON_DEPTH, json))).toBe(true);
      }),
    );
  });
});
