import { once } from 'node:events';
import { WebSocket } from 'ws';
import { VirtualClock } from '../src/clock/index.js';
import { EmbeddedInngest } from '../src/embedded/index.js';
import { ask, type Answer } from './support/bad-input/send-request.js';
import { closeAfterEach } from './support/close-after-each.js';
import { startWorker } from './support/start-worker.js';

const SIGNING_KEY = 'a1'.repeat(32);
const TOKEN = 'right-token-0123456789';
const WRONG = 'Bearer wrong-token-0123456789';
const WAIT = /^Too many wrong keys from this address\. Try again in 60 s\./;

const closing = closeAfterEach();

async function startServer(clock: VirtualClock): Promise<string> {
  const options = { port: 0, logger: false, clock, signingKey: SIGNING_KEY } as const;
  return closing(await EmbeddedInngest.start(options)).url;
}

async function startOne(clock: VirtualClock): Promise<string> {
  const variables = { INNGEST_URL: 'http://127.0.0.1:9', API_TOKENS: TOKEN, GRAPHQL: 'true' };
  return closing(await startWorker(variables, { clock })).url;
}

describe.each([
  ["An app's path of the embedded server", startServer, SIGNING_KEY, 'POST', '/fn/register', 400],
  ['The API of the embedded server', startServer, SIGNING_KEY, 'GET', '/api/v2/runs', 200],
  ['The worker', startOne, TOKEN, 'GET', '/docs', 200],
])('%s', (_what, start, key, method, path, found) => {
  let clock: VirtualClock;
  let url: string;

  beforeEach(async () => {
    clock = new VirtualClock();
    url = await start(clock);
  });

  const request = (authorization?: string): Promise<Answer> =>
    ask(url, {
      method,
      path,
      headers: {
        'content-type': 'application/json',
        ...(authorization !== undefined && { authorization }),
      },
    });

  it('answers 429 to an address after ten wrong keys within a minute, and lets a right one in', async () => {
    for (let time = 0; time < 10; time++) expect((await request(WRONG)).status).toBe(401);

    const { status, headers, text } = await request(WRONG);
    const body = JSON.parse(text) as { message?: string; error?: string };

    expect([status, headers['retry-after']]).toEqual([429, '60']);
    expect([body.message, body.error]).toContainEqual(expect.stringMatching(WAIT));
    expect((await request(`Bearer ${key}`)).status).toBe(found);
  });

  it('takes wrong keys for a mistake again after that time', async () => {
    for (let time = 0; time < 11; time++) await request(WRONG);
    await clock.advance(60_000);

    expect((await request(WRONG)).status).toBe(401);
  });

  it('counts nobody who shows no key, and no address that has shown a right one', async () => {
    for (let time = 0; time < 15; time++) expect((await request()).status).toBe(401);
    await request(`Bearer ${key}`);
    for (let time = 0; time < 15; time++) expect((await request(WRONG)).status).toBe(401);
  });
});

describe('The WebSocket of GraphQL', () => {
  it('answers 429 after ten wrong tokens, in the header or in connection_init', async () => {
    const url = await startOne(new VirtualClock());
    const open = (headers: Record<string, string>): WebSocket =>
      new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', { headers });
    const refusalOf = async (authorization: string): Promise<string> =>
      ((await once(open({ authorization }), 'error')) as [Error])[0].message;

    for (let time = 0; time < 5; time++) expect(await refusalOf(WRONG)).toContain('401');
    for (let time = 0; time < 5; time++) {
      const socket = open({});
      await once(socket, 'open');
      socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: WRONG } }));
      expect((await once(socket, 'close'))[0]).toBe(4403);
    }

    expect(await refusalOf(WRONG)).toContain('429');
    const right = open({ authorization: `Bearer ${TOKEN}` });
    await once(right, 'open');
    right.terminate();
  });
});
