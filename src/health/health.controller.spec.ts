import { FakeInngest } from '../../test/support/fake-inngest.js';
import { startWorker, type TestWorker } from '../../test/support/start-worker.js';
import { VirtualClock } from '../clock/index.js';
import { InngestRegistration } from '../inngest/index.js';

let inngest: FakeInngest;
let worker: TestWorker;

beforeEach(async () => {
  inngest = await FakeInngest.start();
  worker = await startWorker({ INNGEST_URL: inngest.url }, { clock: new VirtualClock() });
});

afterEach(async () => {
  await worker.close();
  await inngest.close();
});

async function ask(probe: '' | '/live' | '/ready' | '/startup'): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`${worker.url}/health${probe}`);
  return { status: response.status, body: await response.json() };
}

async function registered(): Promise<void> {
  const registration = worker.app.get(InngestRegistration);
  const done = new Promise<void>((resolve) => {
    registration.onChange((state) => state === 'registered' && resolve());
  });
  registration.start(worker.url);
  await done;
}

describe('GET /health/live', () => {
  it('is about this process alone', async () => {
    await inngest.close();
    expect(await ask('/live')).toMatchObject({ status: 200, body: { status: 'ok' } });
  });
});

describe('GET /health/startup', () => {
  it('is 503 until the functions have been registered once, and 200 from then on', async () => {
    expect(await ask('/startup')).toMatchObject({
      status: 503,
      body: { error: { functions: { status: 'down', registration: 'pending' } } },
    });
    await registered();
    expect(await ask('/startup')).toMatchObject({ status: 200, body: { status: 'ok' } });
    await inngest.close();
    expect((await ask('/ready')).status).toBe(503);
    expect((await ask('/startup')).status).toBe(200);
  });
});

describe('What Inngest has set aside', () => {
  it('is a detail of /health and /health/ready, and changes neither', async () => {
    await registered();
    expect((await ask('/ready')).body).not.toHaveProperty('info.inngest.setAside');

    inngest.health = { status: 200, message: 'OK', setAside: { count: 2 } };
    for (const path of ['/ready', ''] as const) {
      expect(await ask(path)).toMatchObject({
        status: 200,
        body: { info: { inngest: { status: 'up', setAside: { count: 2 } } } },
      });
    }
  });
});

describe('GET /health/ready', () => {
  it('is 503 until the functions are registered', async () => {
    expect(await ask('/ready')).toMatchObject({
      status: 503,
      body: {
        info: { inngest: { status: 'up', url: inngest.url } },
        error: { functions: { status: 'down', registration: 'pending' } },
      },
    });
    await registered();
    expect(await ask('/ready')).toMatchObject({
      status: 200,
      body: { info: { inngest: { status: 'up' }, functions: { status: 'up', registered: ['demo-task'] } } },
    });
  });

  it('is 503 when Inngest has gone, whatever was registered', async () => {
    await registered();
    await inngest.close();
    expect(await ask('/ready')).toMatchObject({
      status: 503,
      body: { error: { inngest: { status: 'down', message: expect.stringContaining(inngest.url) } } },
    });
  });
});
