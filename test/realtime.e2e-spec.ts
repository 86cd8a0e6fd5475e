import { once } from 'node:events';
import { Inngest } from 'inngest';
import { channel, getSubscriptionToken, staticSchema, subscribe, type Realtime } from 'inngest/realtime';
import { WebSocket } from 'ws';
import type { InngestHarness } from '../src/testing/nest.js';
import { returned, startFunctions } from './support/sdk-functions.js';

const orders = channel({
  name: (id: string) => `order:${id}`,
  topics: {
    progress: { schema: staticSchema<{ pct: number }>() },
    words: { schema: staticSchema<{ text: string }>() },
  },
});

interface Seen {
  topic: string | undefined;
  kind: string;
  data: unknown;
  runId: string | undefined;
}

/** The messages that a subscriber has received. They arrive in real time, over a socket. */
class Inbox {
  readonly seen: Seen[] = [];
  private readonly waiting: { count: number; resolve: () => void }[] = [];

  add(message: Seen): void {
    this.seen.push(message);
    for (const { count, resolve } of this.waiting) if (this.seen.length >= count) resolve();
  }

  /** Resolves when this many messages have arrived. */
  first(count: number): Promise<void> {
    if (this.seen.length >= count) return Promise.resolve();
    return new Promise((resolve) => this.waiting.push({ count, resolve }));
  }
}

describe('Realtime', () => {
  let inngest: InngestHarness;
  let client: Inngest;
  const closers: (() => void)[] = [];
  const had = globalThis.WebSocket as unknown;

  beforeAll(() => {
    // Subscribing needs the global WebSocket, which Node has from version 22 on.
    globalThis.WebSocket = WebSocket as unknown as typeof globalThis.WebSocket;
  });

  afterAll(() => {
    if (had === undefined) Reflect.deleteProperty(globalThis, 'WebSocket');
    else globalThis.WebSocket = had as typeof globalThis.WebSocket;
  });

  beforeEach(async () => {
    inngest = await startFunctions((app) => [
      app.createFunction({ id: 'fn', triggers: { event: 'go' } }, async ({ step, event, runId }) => {
        const topics = orders(event.data.order as string);
        for (const pct of [0, 50, 100]) {
          await step.realtime.publish(`tell ${pct}`, topics.progress, { pct });
          await step.sleep('rest', '1m');
        }
        await app.realtime.publish(topics.words, { text: 'done' });
        return runId;
      }),
    ]);
    client = new Inngest({ id: 'reader', baseUrl: inngest.server.url, isDev: true });
  });

  afterEach(async () => {
    for (const close of closers.splice(0)) close();
    await inngest.close();
  });

  /** Subscribes to topics of an order, and returns the messages. */
  const listen = async (order: string, topics: ('progress' | 'words')[]): Promise<Inbox> => {
    const inbox = new Inbox();
    const subscription = await subscribe({
      app: client,
      channel: orders(order),
      topics,
      onMessage: (message: Realtime.Message) => {
        const { topic, kind, data, runId } = message as unknown as Seen;
        inbox.add({ topic, kind, data, runId });
      },
    } as never);
    closers.push(() => (subscription as { close: () => void }).close());
    return inbox;
  };

  const publish = (query: string, body: string, type = 'application/json'): Promise<unknown> =>
    fetch(`${inngest.server.url}/v1/realtime/publish?${query}`, {
      method: 'POST',
      headers: { 'content-type': type },
      body,
    });

  it('sends what a run publishes to its subscribers, by channel and topic', async () => {
    const all = await listen('1', ['progress', 'words']);
    const progress = await listen('1', ['progress']);
    const other = await listen('2', ['progress', 'words']);

    const [id] = await inngest.send({ name: 'go', data: { order: '1' } });
    const run = await inngest.ended(id);
    await all.first(4);
    await progress.first(3);

    const runId = returned(run) as string;
    const told = [0, 50, 100].map((pct) => ({ topic: 'progress', kind: 'data', data: { pct }, runId }));
    expect(progress.seen).toEqual(told);
    expect(all.seen).toEqual([
      ...told,
      { topic: 'words', kind: 'data', data: { text: 'done' }, runId: expect.anything() },
    ]);
    expect(other.seen).toEqual([]);
  });

  it('publishes a step once, however often the function is called', async () => {
    const inbox = await listen('1', ['progress', 'words']);
    const [id] = await inngest.send({ name: 'go', data: { order: '1' } });
    await inngest.ended(id);
    await inbox.first(4);

    expect(inbox.seen.map(({ topic }) => topic)).toEqual(['progress', 'progress', 'progress', 'words']);
  });

  it('passes on streams in chunks', async () => {
    // The SDK's subscriber fails on streams in version 4.24, so this one reads the raw messages.
    const { key = '' } = await getSubscriptionToken(client, { channel: 'c', topics: ['t'] });
    const inbox = new Inbox();
    const socket = new WebSocket(
      `${inngest.server.url.replace('http', 'ws')}/v1/realtime/connect?token=${key}`,
    );
    closers.push(() => socket.terminate());
    socket.on('message', (data: Buffer) => inbox.add(JSON.parse(data.toString()) as Seen));
    await once(socket, 'open');
    await publish('channel=c&topic=t', `${'ä'.repeat(1_500)}!`, 'text/stream');
    await inbox.first(4);

    expect(inbox.seen.map(({ kind }) => kind)).toEqual([
      'datastream-start',
      'chunk',
      'chunk',
      'datastream-end',
    ]);
    const chunks = inbox.seen.filter(({ kind }) => kind === 'chunk');
    expect(chunks.map(({ data }) => data).join('')).toBe(`${'ä'.repeat(1_500)}!`);
    expect(chunks[0]).toMatchObject({ stream_id: inbox.seen[0]?.data, channel: 'c', topic: 't' });
  });

  it('keeps no messages for later subscribers', async () => {
    const [id] = await inngest.send({ name: 'go', data: { order: '1' } });
    await inngest.ended(id);
    const inbox = await listen('1', ['progress']);
    await publish('channel=order:1&topic=progress', '{"pct":1}');
    await inbox.first(1);

    expect(inbox.seen.map(({ data }) => data)).toEqual([{ pct: 1 }]);
  });

  it('answers as the real server does', async () => {
    const answerTo = async (path: string, init?: RequestInit): Promise<[number, unknown]> => {
      const answer = await fetch(inngest.server.url + path, init);
      const text = await answer.text();
      return [answer.status, text === '' ? '' : JSON.parse(text)];
    };
    const post = (body: unknown): RequestInit => ({
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });

    const topics = [{ channel: 'c1', name: 'progress', kind: 'run' }];
    const [status, token] = await answerTo('/v1/realtime/token', post(topics));
    expect(status).toBe(201);
    const { jwt } = token as { jwt: string };
    const [header, claims] = jwt
      .split('.')
      .slice(0, 2)
      .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>);
    expect(header).toEqual({ alg: 'HS256', typ: 'JWT' });
    expect(claims).toMatchObject({
      iss: 'rt.inngest.com',
      publish: false,
      topics: [expect.objectContaining(topics[0])],
    });
    expect(Number(claims?.['exp']) - Number(claims?.['iat'])).toBe(60);
    expect(await answerTo('/v1/realtime/publish?channel=c1&topic=progress', post({ pct: 5 }))).toEqual([
      200,
      '',
    ]);
    expect(await answerTo('/v1/realtime/connect')).toEqual([
      401,
      { error: 'Not authenticated', data: null, status: 401 },
    ]);
    expect(await answerTo('/v1/realtime/token', post({}))).toMatchObject([400, { status: 400 }]);
  });

  describe('refuses a connection', () => {
    /** The result of an attempt to connect. */
    const attempt = (token: string, headers: Record<string, string> = {}, path = '/v1/realtime/connect') =>
      new Promise<string>((resolve) => {
        const url = `${inngest.server.url.replace('http', 'ws')}${path}?token=${token}`;
        const socket = new WebSocket(url, { headers });
        socket.on('open', () => {
          socket.terminate();
          resolve('open');
        });
        socket.on('error', (error) => resolve(error.message));
      });

    const token = async (): Promise<string> => {
      const { key } = await getSubscriptionToken(client, { channel: 'c', topics: ['t'] });
      return key ?? '';
    };

    it('without a good token, or with one that is a minute old', async () => {
      const good = await token();
      const [header, payload, signature] = good.split('.');
      const forged = Buffer.from(
        Buffer.from(payload ?? '', 'base64url')
          .toString()
          .replace('"c"', '"x"'),
      ).toString('base64url');

      expect(await attempt(good)).toBe('open');
      expect(await attempt('')).toContain('401');
      expect(await attempt(`${header}.${forged}.${signature}`)).toContain('401');
      await inngest.advance(60_000);
      expect(await attempt(good)).toContain('401');
    });

    it('but accepts a token in the header Authorization, where the Go SDK puts it', async () => {
      expect(await attempt('', { authorization: `Bearer ${await token()}` })).toBe('open');
      expect(await attempt('', { authorization: 'Bearer forged' })).toContain('401');
    });

    it('under another host, or at another path', async () => {
      expect(await attempt(await token(), { host: 'evil.example' })).toContain('403');
      expect(await attempt(await token(), {}, '/elsewhere')).toContain('404');
      expect(await attempt(await token(), { origin: 'http://localhost:3000' })).toBe('open');
    });
  });
});

describe('Realtime with a signing key', () => {
  const signingKey = 'ab'.repeat(16);

  it('gives tokens to apps that show the key', async () => {
    const inngest = await startFunctions((app) => [app.createFunction({ id: 'fn' }, () => 1)], {
      client: { signingKey },
      server: { signingKey },
    });
    const app = (key: string): Inngest =>
      new Inngest({ id: 'reader', baseUrl: inngest.server.url, isDev: false, signingKey: key });
    const token = (key: string): Promise<unknown> =>
      getSubscriptionToken(app(key), { channel: 'c', topics: ['t'] });

    await expect(token(signingKey)).resolves.toMatchObject({ key: expect.any(String) });
    await expect(token('cd'.repeat(16))).rejects.toThrow('401');
    await inngest.close();
  });
});
