import fc from 'fast-check';
import type { Sent } from './ask.js';
import type { Known, Route } from './routes.js';

/** Nobody has this id. */
const NOBODY = '01ARZ3NDEKTSV4RRFFQ69G5FAV';

/** JSON that stands where something else is expected. */
const VALUES = [
  ...[
    'null',
    'true',
    '0',
    '-1',
    '0.5',
    '1e308',
    '9007199254740991',
    '8640000000000001',
    '"x"',
    '""',
    '[]',
    '{}',
  ],
  ...[
    '"\\u0000"',
    '"\\ud800"',
    '"__proto__"',
    '{"__proto__":{"a":1}}',
    '[null]',
    '[[]]',
    '{"a":{}}',
    '"-1h"',
    '"1e9d"',
  ],
  ...['"999999999999h"', '"9999-12-31"', '"javascript:alert(1)"', '"event.data."', `"${NOBODY}"`],
];

const DEEP = [
  nested('[', '1', ']', 100_000),
  nested('{"a":', '1', '}', 100_000),
  nested('[', '1', ']', 10_000),
  nested('[', '1', ']', 900),
  JSON.stringify('('.repeat(100_000)),
];

const HUGE = [JSON.stringify('x'.repeat(4 * 1024 * 1024)), `[${'{"a":1},'.repeat(100_000)}1]`];

/** Parts of a path, or of a query. */
const TEXTS = [
  ...['', 'x', '-1', '0', '1', '1.5', '1e99', 'true', 'zzz', NOBODY, NOBODY.toLowerCase(), '8'.repeat(26)],
  ...[
    '__proto__',
    'constructor',
    '2024-13-45',
    '+275760-09-13T00:00:00Z',
    'FAILED',
    'event.',
    'event.data.a == (',
  ],
  ...['ü💥', '\u0000', "'; DROP TABLE event; --", '../../etc/passwd', '%', 'a'.repeat(3_000)],
  `event.${'('.repeat(2_000)}`,
];

/** The same, sent as they are. */
const RAW = ['%', '%ff', '%00', '%c3%28', '..', '%2e%2e%2f', '[', '{}', '%E0%A4%A', ';', '|'];

const OTHER_TYPES = [
  ...[
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/xml',
  ],
  ...[
    'application/octet-stream',
    'nonsense',
    '',
    'application/json; charset=utf-16',
    'application/json; charset=x',
  ],
];

interface SentBody {
  type?: string;
  encoding?: string;
  body?: Buffer;
}

/** One way to be bad. By chance a good request is among them. */
export interface BadRequests {
  requests: fc.Arbitrary<Sent>;
  /** How many of them it takes to have tried about everything, in relation to other ways. */
  weight: number;
}

/** All ways in which a request to a route can be bad, by name. Requests are printed short. */
export function badRequests(route: Route, known: Known): Record<string, BadRequests> {
  const { path, query, headers } = partsOf(route, known);
  const none = fc.constant({});
  const about = route.query ? 3 : 1;
  const ways: Record<string, BadRequests> = {
    path: { requests: request(route, path.bad, fc.constant(''), headers, junk), weight: 1 },
    query: { requests: request(route, path.good, query, headers, none), weight: about },
  };
  if (route.body === undefined) return ways;
  for (const [name, { bodies, weight }] of Object.entries(badBodies(route.body))) {
    ways[name] = {
      requests: request(route, path.good, fc.constant(route.search ?? ''), headers, bodies),
      weight,
    };
  }
  return ways;
}

function partsOf({ route, query = [], headers = [] }: Route, { ids, parameters }: Known) {
  const text = fc.constantFrom(...TEXTS, ...ids).map(encodeURIComponent);
  const part = fc.oneof(text, fc.constantFrom(...RAW), fc.string().map(encodeWhatever));
  const pair = fc.tuple(fc.constantFrom(...query, 'other'), part).map(([name, value]) => `${name}=${value}`);
  const header = fc.string({ unit: 'grapheme-ascii', maxLength: 30 });
  const names = route.slice(route.indexOf(' ') + 1).split('/');
  const path = (parameter: (name: string) => fc.Arbitrary<string>): fc.Arbitrary<string> =>
    fc
      .tuple(...names.map((name) => (/^[:*]/.test(name) ? parameter(name.slice(1)) : fc.constant(name))))
      .map((parts) => parts.join('/'));
  return {
    path: { good: path((name) => fc.constant(parameters[name] ?? 'x')), bad: path(() => part) },
    query: fc
      .oneof(
        pair.map((one) => [one]),
        pair.map((one) => [one, one]),
        fc.array(pair, { maxLength: 4 }),
      )
      .map((pairs) => `?${pairs.join('&')}`),
    headers: fc.record(Object.fromEntries(headers.map((name) => [name, header]))),
  };
}

function request(
  { route }: Route,
  paths: fc.Arbitrary<string>,
  queries: fc.Arbitrary<string>,
  headers: fc.Arbitrary<Record<string, string>>,
  bodies: fc.Arbitrary<SentBody>,
): fc.Arbitrary<Sent> {
  const [verb = ''] = route.split(' ');
  const method = verb === 'ANY' ? fc.constantFrom('GET', 'POST', 'PUT', 'DELETE') : fc.constant(verb);
  return fc
    .tuple(method, paths, queries, headers, bodies)
    .map(([name, path, query, given, { type, encoding, body }]) =>
      printedShort({
        method: name,
        path: path + query,
        headers: {
          ...given,
          ...(type !== undefined && { 'content-type': type }),
          ...(encoding !== undefined && { 'content-encoding': encoding }),
        },
        ...(body && { body }),
      }),
    );
}

/** For a route that wants no body. */
const junk: fc.Arbitrary<SentBody> = fc.constantFrom<SentBody>(
  {},
  {},
  { type: 'application/json', body: Buffer.from('{"a":') },
  { type: 'text/plain', body: Buffer.from('x') },
  { type: 'application/json', body: Buffer.from([0x22, 0xff, 0x22]) },
);

function badBodies(good: unknown): Record<string, { bodies: fc.Arbitrary<SentBody>; weight: number }> {
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
    truncated: { bodies: fc.nat(text.length - 1).map((length) => json(text.slice(0, length))), weight: 0.5 },
    'bad UTF-8': {
      bodies: fc.tuple(insideText, bytes).map(([at, bad]) => json(spliced(text, at, bad))),
      weight: 0.5,
    },
    'other types': {
      bodies: fc.constantFrom(...OTHER_TYPES).map((type) => ({ type, body: Buffer.from(text) })),
      weight: 1,
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

/** Lone surrogates, which have no place in a URL, are left out. */
function encodeWhatever(text: string): string {
  return encodeURIComponent(text.replace(/[\ud800-\udfff]/g, ''));
}

/** What fast-check tells of a request that shows a fault. */
function printedShort(sent: Sent): Sent {
  const { method, path, headers, body } = sent;
  const text = `${method} ${path} ${JSON.stringify(headers)} ${body?.subarray(0, 300).toString() ?? ''}`;
  return Object.defineProperty(sent, fc.toStringMethod, { value: () => text });
}
