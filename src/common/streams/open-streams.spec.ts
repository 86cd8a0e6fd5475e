import { once } from 'node:events';
import { createServer, get, request, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { HttpException } from '@nestjs/common';
import type { Request, Response } from 'express';
import { encode, OpenStreams, type EventStream, type OpenStreamsOptions } from './index.js';

/** More bytes than the operating system buffers for a connection whose client reads nothing. */
const MUCH = 16 * 1024 * 1024;

describe('OpenStreams', () => {
  let server: Server;
  let streams: OpenStreams;
  let opened: EventStream[];

  const start = async (options: OpenStreamsOptions = {}): Promise<string> => {
    streams = new OpenStreams(options);
    opened = [];
    server = createServer((incoming, outgoing) => {
      try {
        opened.push(streams.open(incoming as Request, outgoing as Response));
      } catch (error) {
        outgoing.statusCode = (error as HttpException).getStatus();
        outgoing.end();
      }
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };

  const connect = async (url: string): Promise<IncomingMessage> => {
    const asking = get(url, { agent: false });
    asking.on('error', () => undefined);
    const [answer] = (await once(asking, 'response')) as [IncomingMessage];
    answer.on('error', () => undefined);
    return answer;
  };
  const ended = (stream: EventStream | undefined): Promise<unknown> =>
    stream?.signal.aborted ? Promise.resolve() : once(stream!.signal, 'abort');

  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  it('writes messages as the protocol has them, and ends them', async () => {
    const url = await start();
    const answer = await connect(url);
    streams.writeToAll(encode({ id: 'a\nb', type: 'step', data: { text: 'x\ny' } }));
    streams.writeToAll(encode({ data: 1 }));
    streams.endAll();

    let text = '';
    for await (const chunk of answer) text += String(chunk);

    expect(answer.headers).toMatchObject({ 'content-type': 'text/event-stream' });
    expect(text).toBe('\nevent: step\nid: ab\ndata: {"text":"x\\ny"}\n\ndata: 1\n\n');
    await ended(opened[0]);
    expect(streams.size).toBe(0);
  });

  it('cuts off a reader that does not read, at a bounded buffer, and goes on for the others', async () => {
    const url = await start({ bufferBytes: 100_000 });
    const slow = await connect(url);
    const fast = await connect(url);
    let read = 0;
    fast.on('data', (chunk: Buffer) => (read += chunk.length));
    const message = encode({ data: 'x'.repeat(50_000) });
    let most = 0;
    let written = 0;
    while (!opened[0]?.signal.aborted && written < MUCH) {
      streams.writeToAll(message);
      written += message.length;
      most = Math.max(most, opened[0]?.waitingBytes ?? 0);
      await new Promise((resolve) => setImmediate(resolve));
    }

    expect(opened[0]?.signal.aborted).toBe(true);
    expect(most).toBeLessThanOrEqual(100_000 + message.length);
    expect(streams.size).toBe(1);
    const isBehind = (): boolean => read < written;
    while (isBehind()) await once(fast, 'data');
    slow.destroy();
  });

  it('waits for a reader that has not taken a message, and cuts it off after a while', async () => {
    const url = await start({ patienceMs: 20 });
    const slow = await connect(url);

    await opened[0]?.send(encode({ data: 'x'.repeat(MUCH) }));

    expect(opened[0]?.signal.aborted).toBe(true);
    slow.destroy();
  });

  it('waits no longer than a reader needs', async () => {
    const url = await start({ patienceMs: 60_000 });
    const answer = await connect(url);
    answer.resume();

    await opened[0]?.send(encode({ data: 'x'.repeat(MUCH) }));

    expect(opened[0]?.signal.aborted).toBe(false);
    answer.destroy();
    await ended(opened[0]);
  });

  it('serves so many, and again when one has gone', async () => {
    const url = await start({ count: 2 });
    const [first] = [await connect(url), await connect(url)];
    const refused = await connect(url);
    expect([refused.statusCode, refused.headers['retry-after']]).toEqual([503, '5']);

    first?.destroy();
    await ended(opened[0]);
    expect((await connect(url)).statusCode).toBe(200);
  });

  it('keeps none for HEAD', async () => {
    const url = await start();
    const asking = request(url, { method: 'HEAD', agent: false }).end();
    await once(asking, 'response');
    await ended(opened[0]);
    expect(streams.size).toBe(0);
  });
});
