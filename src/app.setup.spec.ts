import { DEMO_TASK_STEPS } from './demo-task/index.js';
import { FakeInngest } from '../test/support/fake-inngest.js';
import { startWorker, type TestWorker } from '../test/support/start-worker.js';
import { VirtualClock } from './clock/index.js';

let inngest: FakeInngest;
let worker: TestWorker;
let clock: VirtualClock;

beforeAll(async () => {
  inngest = await FakeInngest.start();
  clock = new VirtualClock();
  worker = await startWorker({ INNGEST_URL: inngest.url }, { clock });
});

afterAll(async () => {
  await worker.close();
  await inngest.close();
});

describe('The API documentation', () => {
  it('is a page at /docs that a browser may load over plain HTTP', async () => {
    const page = await fetch(`${worker.url}/docs`);
    expect(page.status).toBe(200);
    expect(await page.text()).toMatch(/swagger-ui/);
    expect(page.headers.get('content-security-policy')).not.toMatch(/upgrade-insecure-requests/);
    expect(page.headers.get('strict-transport-security')).toBeNull();
  });

  it('describes the demo task with its limits, and every answer', async () => {
    const document = (await (await fetch(`${worker.url}/docs/openapi.json`)).json()) as {
      paths: Record<string, Record<string, { responses: object }>>;
      components: { schemas: Record<string, { required?: string[]; properties: Record<string, object> }> };
    };
    expect(Object.keys(document.paths)).toEqual(
      expect.arrayContaining(['/demo-tasks', '/demo-tasks/{eventId}', '/health/live', '/health/ready']),
    );
    const { post } = document.paths['/demo-tasks']!;
    expect(Object.keys(post!.responses)).toEqual(['202', '400', '401', '415', '429', '502', '503']);
    const { get } = document.paths['/demo-tasks/{eventId}']!;
    expect(Object.keys(get!.responses)).toEqual(['200', '401', '404', '429', '502', '503']);
    const { DemoTaskRequest } = document.components.schemas;
    expect(DemoTaskRequest!.required).toEqual(['taskId']);
    expect(DemoTaskRequest!.properties).toMatchObject({
      taskId: { type: 'string', minLength: 1, maxLength: 256 },
      failAtStep: { enum: DEMO_TASK_STEPS, default: 'step-4-simulate-api-call' },
      failAttempts: { type: 'integer', minimum: 1, maximum: 6 },
      delayMs: { type: 'integer', minimum: 0, maximum: 300_000, default: 1_000 },
      priority: { type: 'integer', minimum: -600, maximum: 600, default: 0 },
      force: { type: 'boolean', default: false },
      simulateFailure: { type: 'boolean', default: false },
    });
  });
});

describe('Virtual time', () => {
  it('stands still while a request is open', async () => {
    // The answer takes a while of wall time: the worker repeats its request to Inngest, because the event is new and not found at
    // first.
    const id = inngest.addEvent('demo/task.requested', {}, clock.now());
    inngest.eventsAppearAfter = 3;
    let moved = false;
    const asking = fetch(`${worker.url}/demo-tasks/${id}`).then((response) => {
      expect(moved).toBe(false);
      return response.status;
    });
    // Waits until the worker's request has arrived, so the client's request is open.
    while (inngest.received.length === 0) await new Promise(setImmediate);
    const advancing = clock.advance(60_000).then(() => (moved = true));
    expect(await asking).toBe(200);
    await advancing;
  });
});
