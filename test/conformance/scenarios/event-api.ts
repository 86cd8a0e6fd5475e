import { aUlid, differs, matching } from '../expectations.js';
import type { AnswerExpectation, HttpScenario, Request } from '../scenario.js';
import { WHY } from './differences.js';

const MAX_BYTES = 3 * 1024 * 1024;
const headers = {
  'content-type': 'text/plain; charset=utf-8',
  'x-inngest-server-kind': matching(/^(dev|cloud)$/),
};

const post = (more: Partial<Request>): Request => ({ method: 'POST', path: '/e/{key}', ...more });
const other = (more: object): Request => post({ json: { name: 'conformance/other', ...more } });
const taken = (...ids: unknown[]): AnswerExpectation => ({
  status: 200,
  headers,
  body: { ids, status: 200 },
});
const refused = (error: string, ids: unknown[] = ['']): AnswerExpectation => ({
  status: 400,
  headers,
  body: { ids, status: 400, error },
});
const cannotBe = (given: string, field: string, type: string): AnswerExpectation =>
  refused(`json: cannot unmarshal ${given} into Go struct field raw.${field} of type ${type}`);

const tooLarge = JSON.stringify({
  name: 'conformance/other',
  data: { huge: 'x'.repeat(MAX_BYTES + 200_000) },
});

/** One row for each request that was sent to the event API of the real server. */
export const eventApi: HttpScenario[] = [
  {
    kind: 'http',
    id: 'event-api',
    recordings: ['48-event-api'],
    title: 'what the event API takes, and what it says of what it does not',
    exchanges: [
      { title: 'an event', request: other({ data: { a: 1 } }), answer: taken(aUlid) },
      {
        title: 'an event with all its fields',
        request: other({
          data: { a: 1 },
          id: 'my-id',
          ts: 1_700_000_000_000,
          user: { u: 1 },
          v: '2026-01-01',
        }),
        answer: taken(aUlid),
      },
      {
        title: 'two events',
        request: post({
          json: [
            { name: 'conformance/other', data: {} },
            { name: 'conformance/other', data: {} },
          ],
        }),
        answer: taken(aUlid, aUlid),
      },
      {
        title: 'the events before an invalid one are kept',
        request: post({
          json: [
            { name: 'conformance/other', data: {} },
            { data: {} },
            { name: 'conformance/other', data: {} },
          ],
        }),
        answer: refused('event name is empty', [aUlid]),
      },
      { title: 'no event at all', request: post({ json: [] }), answer: taken('') },
      {
        title: 'half of an event',
        request: post({ raw: () => '{"name": ' }),
        answer: refused('unexpected end of JSON input'),
      },
      {
        title: 'a string',
        request: post({ json: 'str' }),
        answer: refused('Request body must contain an event object or an array of event objects'),
      },
      { title: 'no name', request: post({ json: { data: {} } }), answer: refused('event name is empty') },
      {
        title: 'an empty name',
        request: post({ json: { name: '', data: {} } }),
        answer: refused('event name is empty'),
      },
      {
        title: "a name of the server's own",
        request: post({ json: { name: 'inngest/foo', data: {} } }),
        answer: refused('event name is reserved for internal use: inngest/foo'),
      },
      {
        title: 'data that is a string',
        request: other({ data: 'str' }),
        answer: cannotBe('string', 'data', 'map[string]interface {}'),
      },
      { title: 'data that is null', request: other({ data: null }), answer: taken(aUlid) },
      { title: 'no data', request: other({}), answer: taken(aUlid) },
      {
        title: 'a time as text',
        request: other({ data: {}, ts: '2026-01-01' }),
        answer: cannotBe('string', 'ts', 'int64'),
      },
      {
        title: 'a time in seconds',
        request: other({ data: {}, ts: 5 }),
        answer: refused('timestamp is before Jan 1, 1980'),
      },
      {
        title: 'an id that is a number',
        request: other({ data: {}, id: 5 }),
        answer: cannotBe('number', 'id', 'string'),
      },
      {
        title: 'a long name',
        request: post({ json: { name: 'n'.repeat(600), data: {} } }),
        answer: taken(aUlid),
      },
      {
        title: '600 KiB',
        request: other({ data: { big: 'x'.repeat(600 * 1024) } }),
        answer: taken(aUlid),
      },
      {
        title: 'more than 3 MiB',
        request: post({ raw: () => tooLarge }),
        answer: refused(`Event is over the max size: Max ${MAX_BYTES} bytes / Size ${tooLarge.length} bytes`),
      },
      {
        title: 'another content type',
        request: post({
          headers: { 'content-type': 'text/plain' },
          json: { name: 'conformance/other', data: {} },
        }),
        answer: taken(aUlid),
      },
      {
        title: 'ids that were asked for: those of the seed, counted on',
        request: post({
          headers: { 'x-inngest-event-id-seed': '1795441809764,AAAAAAAAAAAAAA==' },
          json: [
            { name: 'conformance/other', data: {} },
            { name: 'conformance/other', data: {} },
          ],
        }),
        answer: taken('01M84AQPB40000000000000001', '01M84AQPB40000000000000002'),
      },
      {
        title: 'no key',
        request: { method: 'POST', path: '/e/', json: { name: 'conformance/other', data: {} } },
        answer: { status: differs(303, 404, WHY.noKey) },
      },
      { title: 'reading', request: { method: 'GET', path: '/e' }, answer: { status: 200, body: '' } },
      {
        title: 'reading with a key',
        request: { method: 'GET', path: '/e/{key}' },
        answer: { status: 405, headers: { allow: 'POST' }, body: '' },
      },
    ],
  },
  {
    kind: 'http',
    id: 'event-api-any-key',
    recordings: ['48-event-api'],
    title: 'without keys of its own a server takes any',
    withoutKeys: true,
    exchanges: [
      {
        title: 'another key',
        request: { method: 'POST', path: '/e/whatever', json: { name: 'conformance/other', data: {} } },
        answer: taken(aUlid),
      },
    ],
  },
];
