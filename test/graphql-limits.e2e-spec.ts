import { once } from 'node:events';
import { WebSocket } from 'ws';
import { VirtualClock } from '../src/clock/index.js';
import { closeAfterEach } from './support/close-after-each.js';
import { FakeInngest } from './support/fake-inngest.js';
import { execute, GraphqlClient, type Progress } from './support/graphql.js';
import { startWorker } from './support/start-worker.js';

const TOKEN = 'a-token-of-16-letters';
const closing = closeAfterEach();

interface Started {
  url: string;
  clock: VirtualClock;
  /** Of a run that does not end. */
  eventId: string;
}

async function start(environment: Record<string, string> = {}): Promise<Started> {
  const inngest = closing(await FakeInngest.start());
  const clock = new VirtualClock();
  const variables = { INNGEST_URL: inngest.url, GRAPHQL: 'true', ...environment };
  const { url } = closing(await startWorker(variables, { clock }));
  const eventId = inngest.addEvent('demo/task.requested', {}, Date.now() - 60_000, [
    { id: '01M84ANNWVWBP7SPVG9HWX15JS', status: 'RUNNING', queuedAt: '2026-11-23T13:49:03.905Z' },
  ]);
  return { url, clock, eventId };
}

function connected(url: string, authorization?: string): GraphqlClient {
  return closing(new GraphqlClient(url, { ...(authorization && { connectionParams: { authorization } }) }));
}

async function begun(...progress: Progress[]): Promise<void> {
  while (progress.some(({ received, isOver }) => received.length === 0 && !isOver)) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(progress.flatMap(({ errors }) => errors)).toEqual([]);
}

describe('A subscription', () => {
  it('counts as a request against REQUEST_LIMIT, whatever becomes of it', async () => {
    const { url, clock, eventId } = await start({ REQUEST_LIMIT: '3', REQUEST_LIMIT_WINDOW: '10s' });
    const client = connected(url);
    expect((await execute(url, { query: '{ __typename }' })).status).toBe(200);
    await client.send('subscription { none }').over;
    await begun(client.subscribe(eventId));
    await clock.advance(4_000);

    const refused = client.subscribe(eventId);
    await refused.over;

    expect(refused.errors).toEqual([
      {
        message: 'More than 3 requests within 10 s. Try again in 6 s, or raise REQUEST_LIMIT.',
        extensions: { code: 'TOO_MANY_REQUESTS', retryAfter: 6 },
      },
    ]);
    expect((await execute(url, { query: '{ __typename }' })).status).toBe(429);
    await clock.advance(6_000);
    await begun(client.subscribe(eventId));
  });

  it('counts for the token of connection_init', async () => {
    const other = 'another-of-16-letters';
    const { url, eventId } = await start({ REQUEST_LIMIT: '1', API_TOKENS: `${TOKEN},${other}` });
    await begun(connected(url, `Bearer ${TOKEN}`).subscribe(eventId));

    const query = { query: '{ __typename }' };
    expect((await execute(url, query, { authorization: `Bearer ${TOKEN}` })).status).toBe(429);
    expect((await execute(url, query, { authorization: `Bearer ${other}` })).status).toBe(200);
  });

  it('is refused beyond 250 on a connection and 1,000 in all, and served again when one has ended', async () => {
    const { url, eventId } = await start();
    const clients = Array.from({ length: 4 }, () => connected(url));
    const open = clients.map((client) => Array.from({ length: 250 }, () => client.subscribe(eventId)));
    await begun(...open.flat());

    for (const [client, what] of [
      [clients[0], '250 subscriptions are open on this connection'],
      [connected(url), '1000 subscriptions are open'],
    ] as const) {
      const more = client!.subscribe(eventId);
      await more.over;
      expect(more.errors).toEqual([
        {
          message: `${what}, which is the limit. Complete one first.`,
          extensions: { code: 'TOO_MANY_SUBSCRIPTIONS' },
        },
      ]);
    }
    await clients[3]?.close();
    // The worker learns of it in its own time.
    const client = connected(url);
    for (let progress = client.subscribe(eventId); ; progress = client.subscribe(eventId)) {
      while (progress.received.length === 0 && !progress.isOver) await new Promise((go) => setImmediate(go));
      if (progress.received.length > 0) break;
    }
  });
});

describe('A WebSocket of GraphQL', () => {
  it('is refused while 500 are open, and served again when one has closed', async () => {
    const { url } = await start();
    const open = (): WebSocket => {
      const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
      closing({ close: () => Promise.resolve(socket.terminate()) });
      return socket;
    };
    const sockets = Array.from({ length: 500 }, open);
    await Promise.all(sockets.map((socket) => once(socket, 'open')));

    const [error] = (await once(open(), 'error')) as [Error];
    expect(error.message).toContain('503');

    sockets[0]?.close();
    // The worker learns of it in its own time.
    let isOpen = false;
    while (!isOpen) {
      const socket = open();
      const refused = once(socket, 'error').then(() => false);
      isOpen = await Promise.race([once(socket, 'open').then(() => true), refused]);
    }
  });
});
