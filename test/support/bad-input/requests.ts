import * as fc from 'fast-check';
import type { Sent } from './send-request.js';
import { badBodies, junk, NOBODY, type SentBody, type Way } from './bodies.js';
import type { Known, Route } from './routes.js';

/** Values for path parameters and query parameters. They are URL-encoded. */
const TEXTS = [
  '',
  'x',
  '-1',
  '0',
  '1',
  '1.5',
  '1e99',
  'true',
  'zzz',
  'FAILED',
  NOBODY,
  NOBODY.toLowerCase(),
  '8'.repeat(26),
  '__proto__',
  'constructor',
  '2024-13-45',
  '+275760-09-13T00:00:00Z',
  'ü💥',
  '\u0000',
  "'; DROP TABLE event; --",
  '../../etc/passwd',
  '%',
  'event.',
  'event.data.a == (',
  'a'.repeat(3_000),
  `event.${'('.repeat(2_000)}`,
];

/** Values that are sent without URL-encoding. */
const RAW = ['%', '%ff', '%00', '%c3%28', '..', '%2e%2e%2f', '[', '{}', '%E0%A4%A', ';', '|'];

/** Requests that are bad in one way, and how to try them. */
export interface BadRequests extends Way {
  requests: fc.Arbitrary<Sent>;
}

/** All kinds of bad requests to a route, by name. When fast-check prints a request, it prints a short form. */
export function badRequests(route: Route, known: Known): Record<string, BadRequests> {
  const { path, query, headers } = partsOf(route, known);
  const none = fc.constant({});
  const ways: Record<string, BadRequests> = {
    path: {
      requests: request(route, path.bad, fc.constant(''), headers, junk),
      weight: /[:*]/.test(route.route) ? 1 : 0.5,
    },
    query: { requests: request(route, path.good, query, headers, none), weight: route.query ? 3 : 0.5 },
  };
  if (route.body === undefined) return ways;
  const search = fc.constant(route.search ?? '');
  for (const [name, { bodies, ...way }] of Object.entries(badBodies(route))) {
    ways[name] = { ...way, requests: request(route, path.good, search, headers, bodies) };
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

/** URL-encodes a text. Removes lone surrogates first: `encodeURIComponent` throws on them. */
function encodeWhatever(text: string): string {
  return encodeURIComponent(text.replace(/[\ud800-\udfff]/g, ''));
}

/** Adds the short text that fast-check prints when a request reveals a fault. */
function printedShort(sent: Sent): Sent {
  const { method, path, headers, body } = sent;
  const text = `${method} ${path} ${JSON.stringify(headers)} ${body?.subarray(0, 300).toString() ?? ''}`;
  return Object.defineProperty(sent, fc.toStringMethod, { value: () => text });
}
