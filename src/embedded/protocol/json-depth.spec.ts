import * as fc from 'fast-check';
import { isTooDeep, MAX_DEPTH } from './json-depth.js';

const nested = (levels: number, core: string): string => '['.repeat(levels) + core + ']'.repeat(levels);

describe('The depth of JSON', () => {
  it('is that of arrays and objects, whichever', () => {
    expect(isTooDeep(nested(MAX_DEPTH, '1'))).toBe(false);
    expect(isTooDeep(nested(MAX_DEPTH, '[]'))).toBe(true);
    expect(isTooDeep(nested(MAX_DEPTH - 1, '{"a":1}'))).toBe(false);
    expect(isTooDeep(nested(MAX_DEPTH - 1, '{"a":{}}'))).toBe(true);
  });

  it('is seen of a text that breaks off', () => {
    expect(isTooDeep('[{"a":'.repeat(MAX_DEPTH))).toBe(true);
    expect(isTooDeep('["' + '['.repeat(MAX_DEPTH))).toBe(false);
  });

  it('does not count what stands side by side, or in texts, whatever they hold', () => {
    const text = fc.string({ unit: fc.constantFrom('[', '{', '"', '\\', '\n', 'a') });
    fc.assert(
      fc.property(fc.array(text), (texts) => {
        const json = JSON.stringify(texts.map((value) => ({ [value]: [value] })));
        expect(isTooDeep(nested(MAX_DEPTH - 3, json))).toBe(false);
        expect(isTooDeep(nested(MAX_DEPTH, json))).toBe(true);
      }),
    );
  });
});
