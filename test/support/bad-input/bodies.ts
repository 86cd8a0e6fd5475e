import * as fc from 'fast-check';
import type { Route } from './routes.js';

/** Nobody has this id. */
export const NOBODY = '01ARZ3NDEKTSV4RRFFQ69G5FAV';

/** JSON that stands where something else is expected. */
const VALUES = [
  ...'null true 0 -1 0.5 1e308 9007199254740991 8640000000000001 [] {} [null] [[]] {"a":{}}'.split(' '),
  ...'"" "x" "\\u0000" "\\ud800" "__proto__" {"__proto__":{"a":1}} "javascript:alert(1)"'.split(' '),
  ...`"-1h" "1e9d" "999999999999h" "9999-12-31" "${NOBODY}"`.split(' '),
];

const DEEP = [
  nested('[', '1', ']', 100_000),
  nested('{"a":', '1', '}', 100_000),
  nested('[', '1', ']', 10_000),
  nested('[', '1', ']', 900),
  JSON.stringify('('.repeat(100_000)),
];

const HUGE = [JSON.stringify('x'.repeat(4 * 1024 * 1024)), `[${'{"a":1},'.repeat(100_000)}1]`];

const OTHER_TYPES = [
  '',
  'nonsense',
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'application/octet-stream',
  'application/json; charset=utf-16',
  'application/json; charset=x',
];

/** A body and what is said of it. */
export interface SentBody {
  type?: string;
  encoding?: string;
  body?: Buffer;
}

/** For a route that wants no body. */
export const junk: fc.Arbitrary<SentBody> = fc.constantFrom<SentBody>(
  {},
  {},
  { type: 'application/json', body: Buffer.from('{"a":') },
  { type: 'text/plain', body: Buffer.from('x') },
  { type: 'application/json', body: Buffer.from([0x22, 0xff, 0x22]) },
);

/** How one way to be bad is to be tried. */
export interface Way {
  /** None can be taken; of the others a good one may be among them by chance. */
  areAllBad?: boolean;
  /** How many it takes to have tried about everything, in relation to other ways. */
  weight: number;
}

/** All ways in which the body of a request to a route can be bad, by name. */
export function badBodies({
  body: good,
  takes,
}: Route): Record<string, Way & { bodies: fc.Arbitrary<SentBody> }> {
  const text = JSON.stringify(good);
  const paths = pathsIn(good);
  const json = (body: string | Buffer): SentBody => ({ type: 'application/json', body: Buffer.from(body) });
  const changedTo = (value: fc.Arbitrary<string>): fc.Arbitrary<SentBody> =>
    fc.tuple(fc.constantFrom(...paths), value).map(([path, other]) => json(withAt(good, path, other)));
  const any = fc.jsonValue().map((value) => JSON.stringify(value));
  const insideText = fc.constantFrom(...[...text.matchAll(/"/g)].map(({ index }) => index + 1));
  const bytes = fc.constantFrom(
    [0xff],
    [0xc3],
    [0xc3, 0x28],
    [0xed, 0xa0, 0x80],
    [0xf8, 0x88, 0x80, 0x80, 0x80],
  );
  const otherwise = fc.oneof(
    fc.constantFrom('gzip', 'br', 'deflate', 'nonsense').map((encoding) => ({ ...json(text), encoding })),
    fc
      .constantFrom('utf16le' as const, 'latin1' as const)
      .map((code) => json(Buffer.from(`["ü"]${text}`, code))),
  );
  return {
    'wrong types': {
      bodies: changedTo(fc.oneof(fc.constantFrom(...VALUES), any)),
      weight: 2 + paths.length / 10,
    },
    deep: { bodies: changedTo(fc.constantFrom(...DEEP)), weight: 1 },
    huge: { bodies: changedTo(fc.constantFrom(...HUGE)), weight: 0.2 },
    truncated: {
      bodies: fc.integer({ min: 1, max: text.length - 1 }).map((length) => json(text.slice(0, length))),
      weight: 0.5,
      areAllBad: takes !== 'any text',
    },
    'bad UTF-8': {
      bodies: fc.tuple(insideText, bytes).map(([at, bad]) => json(spliced(text, at, bad))),
      weight: 0.5,
      areAllBad: true,
    },
    'other types': {
      bodies: fc.constantFrom(...OTHER_TYPES).map((type) => ({ type, body: Buffer.from(text) })),
      weight: 1,
      areAllBad: takes === undefined,
    },
    'other encodings': { bodies: otherwise, weight: 0.5 },
  };
}

/** Every place in a value, the root included, as the keys that lead there. */
function pathsIn(value: unknown): string[][] {
  if (typeof value !== 'object' || value === null) return [[]];
  return [[], ...Object.entries(value).flatMap(([key, part]) => pathsIn(part).map((path) => [key, ...path]))];
}

/** JSON of the value with other JSON in one place. */
function withAt(value: unknown, path: readonly string[], json: string): string {
  const [key, ...rest] = path;
  if (key === undefined) return json;
  const entries = Object.entries(value as object).map(([name, part]) => {
    const text = name === key ? withAt(part, rest, json) : JSON.stringify(part);
    return Array.isArray(value) ? text : `${JSON.stringify(name)}:${text}`;
  });
  return Array.isArray(value) ? `[${entries.join()}]` : `{${entries.join()}}`;
}

function nested(open: string, core: string, close: string, levels: number): string {
  return open.repeat(levels) + core + close.repeat(levels);
}

function spliced(text: string, at: number, bytes: readonly number[]): Buffer {
  return Buffer.concat([Buffer.from(text.slice(0, at)), Buffer.from(bytes), Buffer.from(text.slice(at))]);
}
