import { AccessGuard } from '../src/embedded/access/access.guard.js';
import { RunExecutor } from '../src/embedded/calls/run-executor.js';
import { EmbeddedInngest } from '../src/embedded/index.js';
import { ask, type Answer } from './support/bad-input/send-request.js';

const SIGNING_KEY = 'a1'.repeat(32);
const EVENT_KEY = 'evkey0123456789';
const JSON_TYPE = { 'content-type': 'application/json' };

interface Asked {
  headers?: Record<string, string>;
  body?: Buffer | string;
  /** Default: the right event key. */
  key?: string;
}

const events: Record<string, Asked> = {
  'an event': { body: '{"name":"go"}' },
  'several events': { body: '[{"name":"go"},{"name":"go","data":{"text":"é"}}]' },
  'events with ids of the client': {
    body: '[{"name":"go"}]',
    headers: { 'x-inngest-event-id-seed': '1700000000000,AAAAAAAAAAAAAA==' },
  },
  'an event under another type': { body: '{"name":"go"}', headers: { 'content-type': 'text/plain' } },
  'an invalid event behind a valid one': { body: '[{"name":"go"},{"data":{}}]' },
  'no body': {},
  'an empty body': { body: '' },
  'half of an event': { body: '{"name":' },
  'a number': { body: '1' },
  'bytes that are not UTF-8': { body: Buffer.from([0x22, 0xff, 0x22]) },
  'JSON that is nested too deeply': { body: '['.repeat(2_000) + ']'.repeat(2_000) },
  'a body that is not compressed as it says': {
    body: '{"name":"go"}',
    headers: { 'content-encoding': 'gzip' },
  },
  'an unknown compression': { body: '{"name":"go"}', headers: { 'content-encoding': 'other' } },
  'a wrong key': { body: '{"name":"go"}', key: 'other' },
  'a key with an escape': { body: '{"name":"go"}', key: 'evkey%30123456789' },
  'another host': { body: '{"name":"go"}', headers: { host: 'example.com' } },
  'a page of another site': { body: '{"name":"go"}', headers: { origin: 'http://example.com' } },
};

const checkpoints: Record<string, Asked> = {
  'a call that is not under way': { body: '{"qi_id":"eA==","steps":[]}', headers: JSON_TYPE },
  'no item': { body: '{"steps":[]}', headers: JSON_TYPE },
  'invalid steps': { body: '{"qi_id":"eA==","steps":[1]}', headers: JSON_TYPE },
  'no body': { headers: JSON_TYPE },
  'an empty body': { body: '', headers: JSON_TYPE },
  'half of a body': { body: '{', headers: JSON_TYPE },
  'a list': { body: '[]', headers: JSON_TYPE },
  'bytes that are not UTF-8': { body: Buffer.from([0x22, 0xff, 0x22]), headers: JSON_TYPE },
  'a charset': { body: '{}', headers: { 'content-type': 'application/json; charset=utf-16' } },
  'another type': { body: '{}', headers: { 'content-type': 'text/plain' } },
  'no type': { body: '{}' },
  'another host': { body: '{}', headers: { ...JSON_TYPE, host: 'example.com' } },
  'a page of another site': { body: '{}', headers: { ...JSON_TYPE, 'sec-fetch-site': 'cross-site' } },
  'a wrong signing key': {
    body: '{"qi_id":"eA==","steps":[]}',
    headers: { ...JSON_TYPE, authorization: 'Bearer a2' },
  },
};

describe.each([
  ['without keys', {}],
  ['with keys', { signingKey: SIGNING_KEY, eventKey: EVENT_KEY }],
])('A server %s answers in the same way with and without Express', (_, keys) => {
  let server: EmbeddedInngest;

  beforeAll(async () => {
    server = await EmbeddedInngest.start({ port: 0, logger: false, ...keys });
  });
  afterEach(() => jest.restoreAllMocks());
  afterAll(() => server.close());

  /** Answers to the request on the direct way, and on the usual way, which a slash at the end of the path takes. */
  const bothAnswers = async (path: string, { headers = {}, body }: Asked): Promise<unknown[]> => {
    const sent = { method: 'POST', headers, ...(body !== undefined && { body: Buffer.from(body) }) };
    const direct = await ask(server.url, { ...sent, path });
    const usual = await ask(server.url, { ...sent, path: `${path}/` });
    return [direct, usual].map(comparable);
  };

  it.each(Object.keys(events))('events: %s', async (name) => {
    const { key = EVENT_KEY, ...asked } = events[name]!;
    const [direct, usual] = await bothAnswers(`/e/${key}`, asked);

    expect(direct).toEqual(usual);
  });

  it.each(Object.keys(checkpoints))('a checkpoint: %s', async (name) => {
    const { headers, ...asked } = checkpoints[name]!;
    const [direct, usual] = await bothAnswers('/v1/checkpoint/01M8FAFJHM29QR5V8WXSQPY0YF/async', {
      headers: { authorization: `Bearer ${SIGNING_KEY}`, ...headers },
      ...asked,
    });

    expect(direct).toEqual(usual);
  });

  it('a checkpoint that is stored, and neither request uses Nest on the direct way', async () => {
    jest.spyOn(RunExecutor.prototype, 'checkpoint').mockResolvedValue(true);
    const guard = jest.spyOn(AccessGuard.prototype, 'canActivate');
    const headers = { ...JSON_TYPE, authorization: `Bearer ${SIGNING_KEY}` };
    const asked = { method: 'POST', headers, body: Buffer.from('{"qi_id":"eA==","steps":[]}') };
    const path = '/v1/checkpoint/01M8FAFJHM29QR5V8WXSQPY0YF/async';
    const event = { method: 'POST', body: Buffer.from('{"name":"go"}') };

    await ask(server.url, { ...event, path: `/e/${EVENT_KEY}` });
    const direct = await ask(server.url, { ...asked, path });
    expect(guard).not.toHaveBeenCalled();
    await ask(server.url, { ...event, path: `/e/${EVENT_KEY}/` });
    const usual = await ask(server.url, { ...asked, path: `${path}/` });
    expect(guard).toHaveBeenCalledTimes(2);

    expect(direct.status).toBe(200);
    // An answer without a body needs no headers for browsers.
    const names = ['connection', 'content-length', 'date', 'keep-alive', 'x-inngest-server-kind'];
    expect(Object.keys(direct.headers).toSorted()).toEqual(names);
    expect(usual.headers).toMatchObject({ ...direct.headers, date: usual.headers['date'] });
    expect([direct.text, usual.text]).toEqual(['', '']);
  });

  it('a checkpoint without a key', async () => {
    const [direct, usual] = await bothAnswers('/v1/checkpoint/01M8FAFJHM29QR5V8WXSQPY0YF/async', {
      headers: JSON_TYPE,
      body: '{"qi_id":"eA==","steps":[]}',
    });

    expect(direct).toEqual(usual);
  });
});

/** Without what differs between two answers to the same request: the ids of events, the time and the path. */
function comparable({ status, headers: { date, ...headers }, text }: Answer): object {
  return {
    status,
    headers: { ...headers, hasDate: date !== undefined },
    text: text.replaceAll(/"0[0-9A-Z]{25}"/g, '"id"').replaceAll(/\/(?=")/g, ''),
  };
}
