import { EventEmitter, once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { OpenCalls } from './open-calls.js';

describe('OpenCalls', () => {
  it('waits for the calls that are open, and not for those that come later', async () => {
    const calls = new OpenCalls();
    await calls.ended();
    const first = new EventEmitter();
    const second = new EventEmitter();
    const later = new EventEmitter();
    for (const response of [first, second]) calls.add(response as ServerResponse);

    let hasEnded = false;
    const ended = calls.ended().then(() => (hasEnded = true));
    calls.add(later as ServerResponse);
    first.emit('close');
    await new Promise(setImmediate);
    expect(hasEnded).toBe(false);

    second.emit('close');
    await ended;
  });

  it.each(['before', 'after'])(
    'ends the connection of a call that answers while the app closes, its headers sent %s that',
    async (order) => {
      const calls = new OpenCalls();
      // Keeps idle connections open without a time limit.
      const server = createServer({ keepAliveTimeout: 0 }, (_request, response) => {
        calls.add(response);
        if (order === 'before') response.write('a');
        const closed = once(server, 'close');
        server.close();
        calls.beforeApplicationShutdown();
        response.end('b');
        ends = closed;
      });
      let ends: Promise<unknown> | undefined;
      await once(server.listen(0, '127.0.0.1'), 'listening');

      const { port } = server.address() as AddressInfo;
      expect(await (await fetch(`http://127.0.0.1:${port}`)).text()).toBe(order === 'before' ? 'ab' : 'b');

      await ends;
    },
  );
});
