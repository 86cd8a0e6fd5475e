import fc from 'fast-check';
import type { Sent } from './ask.js';
import type { Known, Route } from './routes.js';

/** Nobody has this id. */
const NOBODY = '01ARZ3NDEKTSV4RRFFQ69G5FAV';
const DEEP = 100_000;

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
  nested('[', '1', ']', DEEP),
  nested('{"a":', '1', '}', DEEP),
  nested('[', '1', ']', 900),
  JSON.stringify('x'.repeat(200_000)),
  JSON.stringify('('.repeat(DEEP)),
  `[${'{"a":1},'.repeat(5_000)}1]`,
];

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
    'ü💥',
  ],
  ...[
    '\u0000',
    "'; DROP TABLE event; --",
    '../../etc/passwd',
    '%',
    'a'.repeat(3_000),
    `event.${'('.repeat(2_000)}`,
  ],
];

/** As they are, in the path or the query. */
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

/** Bad requests to a route; by chance a good one is among them. They are printed short. */
export function badRequests(route: Route, known: Known): fc.Arbitrary<Sent> {
  const [verb = '', path = ''] = route.route.split(' ');
  const text = fc.constantFrom(...TEXTS, ...known.ids);
  const part = fc.oneof(
    text.map(encodeURIComponent),
    fc.constantFrom(...RAW),
    fc.string().map(encodeWhatever),
  );
  const names = fc.constantFrom(...(route.query ?? []), 'other');
  const pair = fc.tuple(names, part).map(([name, value]) => `${name}=${value}`);
  const query = fc.oneof(
    fc.constant([]),
    fc.array(pair, { maxLength: 4 }),
    pair.map((one) => [one, one]),
  );
  const parts = path.split('/').map((name) => (/^[:*]/.test(name) ? part : fc.constant(name)));
  const header = fc.string({ unit: 'grapheme-ascii', maxLength: 30 });
  return fc
    .record({
      method: verb === 'ANY' ? fc.constantFrom('GET', 'POST', 'PUT', 'DELETE') : fc.constant(verb),
      path: fc.tuple(fc.tuple(...parts), query).map(([all, pairs]) => all.join('/') + asQuery(pairs)),
      headers: fc.record(Object.fromEntries((route.headers ?? []).map((name) => [name, header]))),
      sent: route.body === undefined ? junk : fc.oneof(...badBodies(route.body)),
    })
    .map(({ method, path: asked, headers, sent: { type, encoding, body } }) =>
      printedShort({
        method,
        path: asked,
        headers: {
          ...headers,
          ...(type !== undefined && { 'content-type': type }),
          ...(encoding !== undefined && { 'content-encoding': encoding }),
        },
        ...(body && { body }),
      }),
    );
}

interface SentBody {
  type?: string;
  encoding?: string;
  body?: Buffer;
}

/** For a route that wants no body. */
const junk: fc.Arbitrary<SentBody> = fc.constantFrom<SentBody>(
  {},
  {},
  { type: 'application/json', body: Buffer.from('{"a":') },
  { type: 'text/plain', body: Buffer.from('x') },
  { type: 'application/json', body: Buffer.from([0x22, 0xff, 0x22]) },
);

function badBodies(good: unknown): fc.Arbitrary<SentBody>[] {
  const text = JSON.stringify(good);
  const value = fc.oneof(
    fc.constantFrom(...VALUES),
    fc.jsonValue().map((any) => JSON.stringify(any)),
  );
  const changed = fc
    .tuple(fc.constantFrom(...pathsIn(good)), value)
    .map(([path, json]) => withAt(good, path, json));
  const json = (body: string | Buffer): SentBody => ({ type: 'application/json', body: Buffer.from(body) });
  const bytes = fc.constantFrom(
    [0xff],
    [0xc3],
    [0xc3, 0x28],
    [0xed, 0xa0, 0x80],
    [0xf8, 0x88, 0x80, 0x80, 0x80],
  );
  const insideText = fc.constantFrom(...[...text.matchAll(/"/g)].map(({ index }) => index + 1));
  return [
    changed.map(json),
    fc.constantFrom('', 'nonsense', '"x"', '5', '\ufeff[]', ...VALUES).map(json),
    fc.nat(text.length - 1).map((length) => json(text.slice(0, length))),
    fc.tuple(insideText, bytes).map(([at, bad]) => json(spliced(text, at, bad))),
    fc.constantFrom(...OTHER_TYPES).map((type) => ({ type, body: Buffer.from(text) })),
    fc.constantFrom('gzip', 'br', 'deflate', 'nonsense').map((encoding) => ({ ...json(text), encoding })),
    fc
      .constantFrom('utf16le' as const, 'latin1' as const)
      .map((code) => json(Buffer.from(`["ü"]${text}`, code))),
  ];
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

function asQuery(pairs: readonly string[]): string {
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
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
