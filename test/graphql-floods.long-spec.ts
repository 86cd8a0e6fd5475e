import { once } from 'node:events';
import { WebSocket } from 'ws';
import { closeAfterEach } from './support/close-after-each.js';
import { begun, startFollowedTask } from './support/followed-task.js';
import { GraphqlClient } from './support/graphql.js';

const closing = closeAfterEach();

describe('A subscription', () => {
  it('is refused beyond 250 on a connection and 1,000 in all, and served again when one has ended', async () => {
    const { url, eventId } = await startFollowedTask(closing);
    const clients = Array.from({ length: 4 }, () => closing(new GraphqlClient(url)));
    // A few at a time: for each one the worker first sends a request to Inngest, which must not take too long on a busy machine.
    for (const client of clients) {
      for (let open = 0; open < 250; open += 25) {
        await begun(...Array.from({ length: 25 }, () => client.subscribe(eventId)));
      }
    }

    for (const [client, what] of [
      [clients[0], '250 subscriptions are open on this connection'],
      [closing(new GraphqlClient(url)), '1000 subscriptions are open'],
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
    // The worker notices the closed connection after a while, so the test subscribes until it succeeds.
    const client = closing(new GraphqlClient(url));
    for (let progress = client.subscribe(eventId); ; progress = client.subscribe(eventId)) {
      while (progress.received.length === 0 && !progress.isOver) await new Promise((go) => setImmediate(go));
      if (progress.received.length > 0) break;
    }
  });
});

describe('A WebSocket of GraphQL', () => {
  it('is refused while 500 are open, and served again when one has closed', async () => {
    const { url } = await startFollowedTask(closing);
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
    // The worker notices the closed socket after a while, so the test connects until it succeeds.
    let isOpen = false;
    while (!isOpen) {
      const socket = open();
      const refused = once(socket, 'error').then(() => false);
      isOpen = await Promise.race([once(socket, 'open').then(() => true), refused]);
    }
  });
});
