import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';
import { EmbeddedInngest } from '../src/embedded/index.js';
import { closeAfterEach } from './support/close-after-each.js';
import { itSlowly } from './support/slow-tests.js';

const closing = closeAfterEach();

async function start(streams: { count?: number; bufferBytes?: number }): Promise<EmbeddedInngest> {
  return closing(await EmbeddedInngest.start({ port: 0, logger: false, streams }));
}

describe('The stream of changes', () => {
  const connect = async (url: string): Promise<IncomingMessage> => {
    const asking = get(`${url}/api/v2/changes`, { agent: false, headers: { accept: 'text/event-stream' } });
    asking.on('error', () => undefined);
    const [answer] = (await once(asking, 'response')) as [IncomingMessage];
    answer.on('error', () => undefined);
    return answer;
  };

  it('has a limit of readers at the same time', async () => {
    const { url } = await start({ count: 2 });
    const answers = [await connect(url), await connect(url), await connect(url)];
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200, 503]);
    expect(answers[2]?.headers['retry-after']).toBe('5');
    for (const answer of answers) answer.destroy();
  });
});

describe('Subscriptions over WebSocket', () => {
  const publish = (url: string, text: string): Promise<unknown> =>
    fetch(`${url}/v1/realtime/publish?channel=c&topic=t`, {
      method: 'POST',
      headers: { 'content-type': 'text/plain' },
      body: text,
    });
  const connect = async (url: string): Promise<WebSocket> => {
    const answer = await fetch(`${url}/v1/realtime/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify([{ channel: 'c', name: 't' }]),
    });
    const { jwt } = (await answer.json()) as { jwt: string };
    const socket = new WebSocket(`${url.replace('http', 'ws')}/v1/realtime/connect?token=${jwt}`);
    closing({ close: () => Promise.resolve(socket.terminate()) });
    await once(socket, 'open');
    return socket;
  };

  itSlowly('are disconnected when their messages are not read', async () => {
    const { url } = await start({ bufferBytes: 100_000 });
    const slow = await connect(url);
    const fast = await connect(url);
    let got = 0;
    fast.on('message', () => got++);
    slow.pause();
    const text = 'x'.repeat(500_000);
    let sent = 0;
    // The operating system buffers the first few megabytes.
    for (; sent < 40; sent++) await publish(url, text);
    const closed = once(slow, 'close');
    slow.resume();

    expect(await closed).toMatchObject([1006, expect.anything()]);
    const isBehind = (): boolean => got < sent;
    while (isBehind()) await once(fast, 'message');
    expect(fast.readyState).toBe(WebSocket.OPEN);
  });

  it('have a limit at the same time', async () => {
    const { url } = await start({ count: 1 });
    await connect(url);
    await expect(connect(url)).rejects.toThrow('503');
  });

  it('end when their client sends too large a message', async () => {
    const { url } = await start({});
    const socket = await connect(url);
    socket.send('x'.repeat(200_000));
    const [code] = (await once(socket, 'close')) as [number];
    expect(code).toBe(1009);
  });
});
