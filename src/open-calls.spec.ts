import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { OpenCalls } from './open-calls.js';

describe('OpenCalls', () => {
  it('waits for the calls that are open, and for nothing else', async () => {
    const responses: ServerResponse[] = [];
    const server = createServer((_request, response) => void responses.push(response));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const calls = new OpenCalls(server, '/api/inngest');
    const open = async (method: string, path: string): Promise<{ answer: Promise<Response> }> => {
      const arrived = once(server, 'request');
      const answer = fetch(url + path, { method });
      await arrived;
      return { answer };
    };

    const others = [await open('GET', '/demo-tasks'), await open('GET', '/api/inngest')];
    await expect(calls.ended()).resolves.toBeUndefined();

    const call = await open('POST', '/api/inngest?fnId=fn&stepId=step');
    let hasEnded = false;
    const ended = calls.ended().then(() => (hasEnded = true));
    await new Promise(setImmediate);
    expect(hasEnded).toBe(false);

    responses.at(-1)?.end('{}');
    await ended;
    expect((await call.answer).status).toBe(200);

    for (const response of responses.slice(0, 2)) response.end();
    await Promise.all(others.map(({ answer }) => answer.then((response) => response.text())));
    server.closeAllConnections();
    server.close();
  });
});
