import * as fc from 'fast-check';
import type { Route } from './routes.js';

/** A well-formed id that nothing has. */
export const NOBODY = '01ARZ3NDEKTSV4RRFFQ69G5FAV';

/** JSON values that replace a value of another type. */
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

/** A request body with its content type and encoding headers. */
export interface SentBody {
  type?: string;
  encoding?: string;
  body?: Buffer;
}

/** Bodies for routes that read no body. */
export const junk: fc.Arbitrary<SentBody> = fc.constantFrom<SentBody>(
  {},
  {},
  { type: 'application/json', body: Buffer.from('{"a":') },
  { type: 'text/plain', body: Buffer.from('x') },
  { type: 'application/json', body: Buffer.from([0x22, 0xff, 0x22]) },
);

/** How the tests try one kind of bad request. */
export interface Way {
  /** Whether every request of this kind is invalid. Otherwise some may be valid by chance. */
  areAllBad?: boolean;
  /** The share of requests of this kind, relative to the other kinds: a kind with more cases has a larger weight. */
  weight: number;
}

/** All kinds of bad request bodies for a route, by name. */
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

/** The path to each value inside `value`, as a list of keys. The root (an empty list) is included. */
function pathsIn(value: unknown): string[][] {
  if (typeof value !== 'object' || value === null) return [[]];
  return [[], ...Object.entries(value).flatMap(([key, part]) => pathsIn(part).map((path) => [key, ...path]))];
}

/** The value as JSON text, with the value at `path` replaced by `json`. */
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
