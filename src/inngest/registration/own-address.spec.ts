import { once } from 'node:events';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { Injectable } from '@nestjs/common';
import { eventType } from 'inngest';
import { InngestFunction, InngestRegistration } from '../index.js';
import { FakeInngest } from '../testing/fake-inngest.js';
import { startApp, type StartedApp } from '../testing/start-app.js';

@Injectable()
class Functions {
  @InngestFunction({ id: 'fn', triggers: [eventType('test/asked')] })
  fn(): void {}
}

interface Registered {
  url: string;
  functions: { steps: { step: { runtime: { url: string } } } }[];
}

describe('What the application registers as its address', () => {
  let inngest: FakeInngest;
  let started: StartedApp;

  beforeEach(async () => {
    inngest = await FakeInngest.start();
  });
  afterEach(async () => {
    await started.app.close();
    await inngest.stop();
  });

  const start = async (serveOrigin?: string): Promise<void> => {
    started = await startApp({
      providers: [Functions],
      inngest: { baseUrl: inngest.url, ...(serveOrigin !== undefined && { serveOrigin }) },
    });
  };

  /** Sends a PUT with exactly this path, and returns the body of the answer. */
  const put = async (path: string, headers: Record<string, string> = {}, body = ''): Promise<string> => {
    const { hostname, port } = new URL(started.url);
    const asking = request({ hostname, port, path, method: 'PUT', headers });
    asking.end(body);
    const [response] = (await once(asking, 'response')) as [NodeJS.ReadableStream];
    return text(response);
  };

  /** The URLs in the last registration: that of the app, and that of its function. */
  const registered = (): string[] => {
    const { url, functions } = inngest.requests('/fn/register').at(-1)!.body as Registered;
    return [url, ...functions.map(({ steps }) => steps.step.runtime.url)];
  };

  const at = (origin: string): string[] => [
    `${origin}/api/inngest`,
    `${origin}/api/inngest?fnId=app-fn&stepId=step`,
  ];

  it.each([
    ['its Host', '/api/inngest', { host: 'evil.example' }],
    ['a port in its Host', '/api/inngest', { host: '127.0.0.1:6666' }],
    [
      'what a proxy would say',
      '/api/inngest',
      { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https' },
    ],
    ['its target', 'http://evil.example/api/inngest', {}],
    ['its query', '/api/inngest?probe=trust&fnId=other', {}],
    ['another way to write its path', '/API/inngest/', {}],
  ])('is where it listens, whatever a request says by %s', async (_, path, headers) => {
    await start();

    await put(path, headers);

    expect(registered()).toEqual(at(started.url));
  });

  it('is that also when it is asked to answer with its functions', async () => {
    await start();
    const headers = {
      'content-type': 'application/json',
      'x-inngest-sync-kind': 'in_band',
      host: 'evil.example',
    };

    const body = await put(
      '/api/inngest',
      headers,
      JSON.stringify({ url: 'http://evil.example/x?probe=trust' }),
    );

    expect(JSON.parse(body)).toMatchObject({ url: `${started.url}/api/inngest` });
    expect(body).not.toContain('evil.example');
  });

  it('is the origin that the operator names, before all others', async () => {
    await start('http://host.docker.internal:3001');
    started.app.get(InngestRegistration).start(started.url);

    await put('/api/inngest', { host: 'evil.example' });

    expect(registered()).toEqual(at('http://host.docker.internal:3001'));
  });

  it('is the one that its registration was started with', async () => {
    await start();
    const told = started.url.replace('127.0.0.1', 'localhost');
    started.app.get(InngestRegistration).start(told);

    await put('/api/inngest', { host: 'evil.example' });

    expect(registered()).toEqual(at(told));
  });
});
