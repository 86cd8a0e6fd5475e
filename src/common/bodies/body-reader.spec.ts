import { once } from 'node:events';
import { createServer, request, type ClientRequest, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import type { HttpException } from '@nestjs/common';
import type { Request, Response } from 'express';
import { BodyReader, type BodyReaderOptions } from './body-reader.js';

const MAX_BYTES = 200_000;
const BIG = Buffer.alloc(150_000, ' ');

describe('BodyReader', () => {
  let server: Server;
  let reader: BodyReader;
  /** When true, answers to requests are collected in `held` instead of sent. */
  let isHeld: boolean;
  let held: (() => void)[];

  const start = async (options: BodyReaderOptions = {}): Promise<void> => {
    reader = new BodyReader({ allBytes: 2 * MAX_BYTES, ...options });
    [isHeld, held] = [false, []];
    server = createServer((incoming, outgoing) => {
      reader.raw(incoming as Request, outgoing as Response, MAX_BYTES).then(
        (body) => {
          const answer = (): unknown => outgoing.end(String(body.length));
          if (isHeld) held.push(answer);
          else answer();
        },
        (error: HttpException) => {
          outgoing.statusCode = error.getStatus();
          outgoing.end(error.message);
        },
      );
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  };

  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  const open = (headers: Record<string, string | number> = {}): ClientRequest => {
    const { port } = server.address() as AddressInfo;
    const sent = request({ port, host: '127.0.0.1', method: 'POST', headers, agent: false });
    sent.on('error', () => undefined);
    return sent;
  };
  const answerOf = async (
    sent: ClientRequest,
  ): Promise<{ status?: number; text: string; retry?: string }> => {
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    let text = '';
    for await (const chunk of answer) text += String(chunk);
    return { status: answer.statusCode, text, retry: answer.headers['retry-after'] };
  };
  const post = (body: Buffer, headers: Record<string, string> = {}): ReturnType<typeof answerOf> => {
    const sent = open({ 'content-length': body.length, ...headers });
    sent.end(body);
    const answer = answerOf(sent);
    // If a test fails, the server closes while this request is open.
    answer.catch(() => undefined);
    return answer;
  };
  const until = async (isTrue: () => boolean): Promise<void> => {
    while (!isTrue()) await new Promise((resolve) => setImmediate(resolve));
  };

  it.each([
    ['gzip', gzipSync],
    ['x-gzip', gzipSync],
    ['GZIP', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
    ['identity', (bytes: Buffer) => bytes],
  ])('reads %s, and counts it as what it becomes', async (encoding, compress) => {
    await start();
    const headers = { 'content-encoding': encoding };

    expect(await post(compress(BIG), headers)).toMatchObject({ status: 200, text: '150000' });
    const tooMuch = await post(compress(Buffer.alloc(MAX_BYTES + 1)), headers);

    expect(tooMuch).toMatchObject({ status: 413, text: 'request entity too large' });
    expect(reader.held).toBe(0);
  });

  it.each(['gzip, gzip', 'gzip,identity', 'compress', 'nonsense', 'constructor'])(
    'refuses the encoding "%s"',
    async (encoding) => {
      await start();
      const answer = await post(gzipSync(gzipSync(BIG)), { 'content-encoding': encoding });
      expect(answer).toMatchObject({
        status: 415,
        text: expect.stringMatching(/^unsupported content encoding .*gzip/),
      });
    },
  );

  it('refuses what is not compressed as it says', async () => {
    await start();
    expect(await post(BIG, { 'content-encoding': 'gzip' })).toMatchObject({ status: 400 });
    expect(await post(gzipSync(BIG).subarray(0, 100), { 'content-encoding': 'gzip' })).toMatchObject({
      status: 400,
    });
    expect(reader.held).toBe(0);
  });

  it('refuses with 503 and Retry-After what is more than all bodies together may be', async () => {
    await start();
    isHeld = true;
    const first = [post(BIG), post(gzipSync(BIG), { 'content-encoding': 'gzip' })];
    await until(() => held.length === 2);

    expect(await post(gzipSync(BIG), { 'content-encoding': 'gzip' })).toMatchObject({
      status: 503,
      retry: '1',
    });
    const chunked = open({ 'transfer-encoding': 'chunked' });
    chunked.end(BIG);
    expect(await answerOf(chunked)).toMatchObject({ status: 503, retry: '1' });

    isHeld = false;
    for (const answer of held) answer();
    expect(await Promise.all(first)).toMatchObject([{ status: 200 }, { status: 200 }]);
    await until(() => reader.held === 0);
    expect(await post(BIG)).toMatchObject({ status: 200 });
  });

  it('counts what has come, not what is declared', async () => {
    await start();
    const idle = [1, 2, 3].map(() => open({ 'content-length': MAX_BYTES }));
    for (const sent of idle) sent.write(' ');
    await until(() => reader.held > 0);

    expect(await post(BIG)).toMatchObject({ status: 200, text: '150000' });
    for (const sent of idle) sent.destroy();
    await until(() => reader.held === 0);
  });

  it('counts the whole buffer into which a small body was decompressed', async () => {
    await start();
    isHeld = true;
    const answer = post(gzipSync('small'), { 'content-encoding': 'gzip' });
    await until(() => held.length === 1);

    expect(reader.held).toBe(16 * 1_024);
    held[0]?.();
    expect(await answer).toMatchObject({ text: '5' });
  });

  it('keeps a body of one-byte chunks in about as much memory as it has bytes', async () => {
    await start();
    isHeld = true;
    const sent = open({ 'transfer-encoding': 'chunked' });
    for (let at = 0; at < 20_000; at++) sent.write('x');
    sent.end();
    await until(() => held.length === 1);

    // Two blocks, and the first piece, which stays alone if it arrived alone.
    expect([2 * 16 * 1_024, 2 * 16 * 1_024 + 1]).toContain(reader.held);
    isHeld = false;
    held[0]?.();
    expect(await answerOf(sent)).toMatchObject({ status: 200, text: '20000' });
  });

  it('gives back what a sender has taken that goes away', async () => {
    await start();
    const sent = open({ 'content-length': MAX_BYTES });
    sent.write(BIG);
    await until(() => reader.held > 0);
    sent.destroy();
    await until(() => reader.held === 0);
    expect(reader.held).toBe(0);
  });

  it('answers 408 to a sender that falls silent, and lets go of it', async () => {
    await start({ idleMs: 20 });
    const sent = open({ 'content-length': MAX_BYTES });
    sent.write(BIG);

    expect(await answerOf(sent)).toMatchObject({ status: 408 });
    expect(reader.held).toBe(0);
    await once(sent, 'close');
  });

  it('answers 408 to a sender that never comes to an end', async () => {
    await start({ idleMs: 20 });
    const sent = open({ 'transfer-encoding': 'chunked' });
    const dripping = setInterval(() => sent.write('x'), 1);
    const answer = await answerOf(sent);
    clearInterval(dripping);
    expect(answer).toMatchObject({ status: 408 });
  });

  it('refuses a body that is declared too large before any of it comes', async () => {
    await start();
    const sent = open({ 'content-length': MAX_BYTES + 1 });
    sent.flushHeaders();
    expect(await answerOf(sent)).toMatchObject({ status: 413 });
  });
});
