import { ulid } from 'ulid';
import { VirtualClock } from '../clock/index.js';
import { InngestRegistration, type RegistrationState } from '../inngest/index.js';
import { ASK_WITHIN_MS, SEND_WITHIN_MS } from '../runs/index.js';
import { FakeInngest } from '../../test/support/fake-inngest.js';
import { startWorker, type TestWorker } from '../../test/support/start-worker.js';

const UNKNOWN = '01AN4Z07BY79KA1307SR9X4MV3';

interface Reply {
  status: number;
  headers: Headers;
  // oxlint-disable-next-line typescript/no-explicit-any -- what a test expects of a body is its type
  body: any;
}

let inngest: FakeInngest;
let worker: TestWorker;
let clock: VirtualClock;

async function start(): Promise<void> {
  inngest = await FakeInngest.start();
  clock = new VirtualClock();
  worker = await startWorker({ INNGEST_URL: inngest.url }, { clock });
}

async function stop(): Promise<void> {
  await worker.close();
  await inngest.close();
}

/** Starts a worker and a fake Inngest before each test of a block. */
function startForEach(): void {
  beforeEach(start);
  afterEach(stop);
}

/** Starts a worker and a fake Inngest for all tests of a block. Each begins without events and requests. */
function startForAll(): void {
  beforeAll(start);
  beforeEach(() => {
    inngest.events.clear();
    inngest.received.length = 0;
  });
  afterAll(stop);
}

async function ask(path: string, init?: RequestInit): Promise<Reply> {
  const response = await fetch(worker.url + path, init);
  return { status: response.status, headers: response.headers, body: await response.json() };
}

function post(body: unknown, contentType = 'application/json'): Promise<Reply> {
  return ask('/demo-tasks', {
    method: 'POST',
    headers: { 'content-type': contentType },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

/** Starts the registration and waits until its state is the expected one. */
async function registration(
  { app, url }: TestWorker,
  isDone: (state: RegistrationState) => boolean,
): Promise<void> {
  const itself = app.get(InngestRegistration);
  const done = new Promise<void>((resolve) => {
    itself.onChange((state) => isDone(state) && resolve());
  });
  itself.start(url);
  await done;
}

function registered(of: TestWorker): Promise<void> {
  return registration(of, (state) => state === 'registered');
}

describe('Without an Inngest that answers properly', () => {
  interface Case {
    name: string;
    breakIt: (inngest: FakeInngest) => unknown;
    /**
     * The limit for the answer, in milliseconds. It is longer than 3 s where the worker waits until its deadline, which
     * a busy machine exceeds.
     */
    withinMs?: number;
    expected: { post: number; get: number; retryAfter: string | null; message: RegExp };
  }

  const UNREACHABLE = { post: 503, get: 503, retryAfter: '5' };

  const CASES: Case[] = [
    {
      name: 'nobody listens',
      breakIt: (broken) => broken.close(),
      expected: { ...UNREACHABLE, message: /^Inngest not reachable at http:.*: no connection\.$/ },
    },
    {
      name: 'it takes the connection and says nothing',
      breakIt: (broken) => (broken.instead = 'silence'),
      withinMs: 10_000,
      expected: { ...UNREACHABLE, message: /did not answer in time/ },
    },
    {
      name: 'it does not speak HTTP',
      breakIt: (broken) => (broken.instead = 'noise'),
      expected: { ...UNREACHABLE, message: /no connection/ },
    },
    {
      name: 'a gateway answers for it',
      breakIt: (broken) => (broken.instead = { status: 502, body: '<html>Bad Gateway</html>' }),
      expected: { ...UNREACHABLE, message: /it answered 502/ },
    },
    {
      name: 'its disk is full',
      breakIt: (broken) => (broken.instead = { status: 503, body: '{"status":503,"error":"No room."}' }),
      expected: { ...UNREACHABLE, message: /it answered 503( No room| \(No room\.\))?\.$/ },
    },
    {
      name: 'some web page answers',
      breakIt: (broken) => (broken.instead = { status: 200, body: '<html></html>' }),
      expected: { ...UNREACHABLE, message: /not an Inngest server|it answered 200/ },
    },
    {
      name: 'it refuses our keys',
      breakIt: (broken) => {
        broken.eventKey = 'another';
        broken.authorization = 'Bearer another';
      },
      expected: {
        post: 502,
        get: 502,
        retryAfter: null,
        message: /refused the request: 401 .*Check INNGEST_/,
      },
    },
  ];

  /** The factor by which the waits between the SDK's five attempts, 1.8 s in total, are shortened. */
  const HASTE = 100;
  /**
   * Longer timers are timeouts for an answer and are not shortened, because a busy machine needs them in full. In
   * milliseconds.
   */
  const LONGEST_WAIT_MS = 1_800;

  const outcomes = new Map<string, { ms: number; reply: Reply }>();

  // All workers start at the same time, which takes less time in total.
  beforeAll(async () => {
    const boot = async ({ name, breakIt }: Case) => {
      const broken = await FakeInngest.start();
      const cut = await startWorker({ INNGEST_URL: broken.url });
      await registered(cut);
      await breakIt(broken);
      return { name, broken, cut };
    };
    const timed = async (name: string, url: string, init?: RequestInit): Promise<void> => {
      const begin = performance.now();
      const response = await fetch(url, init);
      const ms = performance.now() - begin;
      outcomes.set(name, {
        ms,
        reply: { status: response.status, headers: response.headers, body: await response.json() },
      });
    };
    // All workers have started before the first request, because starting them keeps the process busy and would count
    // as time to answer.
    const booted = await Promise.all(CASES.map(boot));
    const headers = { 'content-type': 'application/json' };
    const init = { method: 'POST', headers, body: JSON.stringify({ taskId: 'first' }) };
    const { setTimeout } = globalThis;
    const hastily = (fn: () => void, ms = 0, ...args: []): NodeJS.Timeout =>
      setTimeout(fn, ms > LONGEST_WAIT_MS ? ms : ms / HASTE, ...args);
    globalThis.setTimeout = hastily as typeof setTimeout;
    await Promise.all(
      booted.flatMap(({ name, cut }) => [
        timed(`POST ${name}`, `${cut.url}/demo-tasks`, init),
        timed(`GET ${name}`, `${cut.url}/demo-tasks/${UNKNOWN}`),
      ]),
    );
    globalThis.setTimeout = setTimeout;
    await Promise.all(
      booted.map(async ({ broken, cut }) => {
        await cut.close();
        await broken.close();
      }),
    );
  });

  it('leaves half a second of the 3 s in which to answer', () => {
    expect(Math.max(SEND_WITHIN_MS, ASK_WITHIN_MS)).toBeLessThanOrEqual(2_500);
  });

  it.each(CASES)('a task is not accepted, within 3 s: $name', ({ name, withinMs = 3_000, expected }) => {
    const { ms, reply } = outcomes.get(`POST ${name}`)!;
    expect(reply.status).toBe(expected.post);
    expect(reply.headers.get('retry-after')).toBe(expected.retryAfter);
    expect(reply.body).toMatchObject({
      statusCode: expected.post,
      message: expect.stringMatching(expected.message),
    });
    expect(ms).toBeLessThan(withinMs);
  });

  it.each(CASES)(
    'nothing is known about a task, within 3 s: $name',
    ({ name, withinMs = 3_000, expected }) => {
      const { ms, reply } = outcomes.get(`GET ${name}`)!;
      expect(reply.status).toBe(expected.get);
      expect(reply.headers.get('retry-after')).toBe(expected.retryAfter);
      expect(reply.body).toMatchObject({
        statusCode: expected.get,
        message: expect.stringMatching(expected.message),
      });
      expect(ms).toBeLessThan(withinMs);
    },
  );
});

describe('While the function is not registered', () => {
  startForEach();

  it('a task is not accepted, which would be lost, and may be sent again soon', async () => {
    const { status, headers, body } = await post({ taskId: 'first' });
    expect(status).toBe(503);
    expect(headers.get('retry-after')).toBe('5');
    expect(body.message).toBe(
      `The functions are not registered with Inngest at ${inngest.url} yet. Try again in a moment.`,
    );
    expect(inngest.events.size).toBe(0);

    await registered(worker);
    expect((await post({ taskId: 'first' })).status).toBe(202);
  });

  it.each([
    ['gone', 503, '5', /^Inngest not reachable at http/, { status: 502, body: 'Bad Gateway' }],
    ['unwilling', 502, null, /refused the request: Bad key \(HTTP 401\)/, { status: 401, body: 'Bad key' }],
  ] as const)(
    'the reason is told, of an Inngest that is %s',
    async (_, status, retryAfter, message, answer) => {
      inngest.instead = answer;
      await registration(worker, (state) => state !== 'pending');
      inngest.instead = undefined;
      const reply = await post({ taskId: 'first' });
      expect([reply.status, reply.headers.get('retry-after')]).toEqual([status, retryAfter]);
      expect(reply.body.message).toMatch(message);
      expect(inngest.events.size).toBe(0);
    },
  );
});

describe('POST /demo-tasks', () => {
  startForAll();

  beforeAll(() => registered(worker));

  it('sends the event and says where to ask', async () => {
    const { status, headers, body } = await post({ taskId: 'first', delayMs: 0, priority: -5, force: true });
    const [eventId] = inngest.events.keys();
    expect(status).toBe(202);
    expect(headers.get('location')).toBe(`/demo-tasks/${eventId}`);
    expect(body).toEqual({ eventId, taskId: 'first', status: `/demo-tasks/${eventId}` });
    expect(inngest.events.get(eventId!)).toMatchObject({
      name: 'demo/task.requested',
      data: { taskId: 'first', delayMs: 0, priority: -5, force: true },
    });
  });

  it('passes on what was sent, with no defaults filled in', async () => {
    await post({ taskId: 'first' });
    const [event] = inngest.events.values();
    expect(event!['data']).toEqual({ taskId: 'first' });
  });

  it('takes null for absent', async () => {
    const nothing = {
      simulateFailure: null,
      failAtStep: null,
      failAttempts: null,
      delayMs: null,
      priority: null,
    };
    expect((await post({ taskId: 'first', ...nothing, force: null })).status).toBe(202);
  });

  it.each([
    ['taskId', {}],
    ['taskId', { taskId: '' }],
    ['taskId', { taskId: 5 }],
    ['taskId', { taskId: null }],
    ['taskId', { taskId: 'x'.repeat(257) }],
    ['taskId', { taskId: 'a\ud800' }],
    ['simulateFailure', { taskId: 'a', simulateFailure: 'yes' }],
    ['failAtStep', { taskId: 'a', failAtStep: 'step-6' }],
    ['failAttempts', { taskId: 'a', failAttempts: 0 }],
    ['failAttempts', { taskId: 'a', failAttempts: 7 }],
    ['delayMs', { taskId: 'a', delayMs: -1 }],
    ['delayMs', { taskId: 'a', delayMs: 300_001 }],
    ['delayMs', { taskId: 'a', delayMs: 1.5 }],
    ['delayMs', { taskId: 'a', delayMs: '1000' }],
    ['priority', { taskId: 'a', priority: 601 }],
    ['priority', { taskId: 'a', priority: -601 }],
    ['force', { taskId: 'a', force: 1 }],
    ['colour', { taskId: 'a', colour: 'red' }],
    ['taskId', []],
  ])('refuses a wrong %s: %j', async (field, request) => {
    const { status, body } = await post(request);
    expect(status).toBe(400);
    expect(body).toMatchObject({ statusCode: 400, error: 'Bad Request', errors: [{ field }] });
    expect(body.errors).toHaveLength(1);
    expect(inngest.events.size).toBe(0);
  });

  it('names every wrong field at once', async () => {
    const { body } = await post({ taskId: 7, delayMs: 'x', nonsense: 1 });
    expect(body.message).toBe('The request is not valid: nonsense, taskId, delayMs.');
    expect(body.errors.find(({ field }: { field: string }) => field === 'delayMs').messages).toContain(
      'delayMs must be an integer number',
    );
  });

  it.each(['{"taskId": ', '"first"', 'null', '', '[{"taskId":"first"}]'])(
    'answers 400 to a body that is no JSON object: %j',
    async (body) => {
      const reply = await post(body);
      expect(reply.status).toBe(400);
      expect(reply.body).toMatchObject({
        statusCode: 400,
        error: 'Bad Request',
        message: expect.any(String),
      });
    },
  );

  it.each(['text/plain', 'application/x-www-form-urlencoded'])('answers 415 to %s', async (contentType) => {
    const { status, body } = await post('taskId=first', contentType);
    expect(status).toBe(415);
    expect(body.message).toMatch(/content-type: application\/json/);
  });

  it('answers 413 to a body that no task needs', async () => {
    expect((await post({ taskId: 'x'.repeat(200_000) })).status).toBe(413);
  });
});

describe('GET /demo-tasks/{eventId}', () => {
  startForAll();

  it('answers 404 to an id that Inngest does not know', async () => {
    const { status, body } = await ask(`/demo-tasks/${UNKNOWN}`);
    expect(status).toBe(404);
    expect(body.message).toMatch(UNKNOWN);
  });

  it.each(['nope', '1', `${UNKNOWN}0`, '8'.repeat(26), '..%2F..%2Fhealth'])(
    'answers 404 to the malformed id %s without asking Inngest',
    async (id) => {
      expect((await ask(`/demo-tasks/${id}`)).status).toBe(404);
      expect(inngest.received).toEqual([]);
    },
  );

  it("answers 404 to another event's id", async () => {
    const id = inngest.addEvent('other/event', { taskId: 'first' }, clock.now());
    expect((await ask(`/demo-tasks/${id}`)).status).toBe(404);
  });

  it('answers 404 to a fresh id that Inngest does not come to know', async () => {
    expect((await ask(`/demo-tasks/${ulid(clock.now())}`)).status).toBe(404);
  });

  it('finds a task that Inngest has accepted and not stored yet', async () => {
    const id = inngest.addEvent('demo/task.requested', { taskId: 'first' }, clock.now());
    inngest.eventsAppearAfter = 2;
    expect(await ask(`/demo-tasks/${id}`)).toMatchObject({
      status: 200,
      body: { eventId: id, status: 'QUEUED' },
    });
  });

  it('tells how a task stands', async () => {
    const runId = ulid();
    const receivedAt = clock.now();
    const id = inngest.addEvent('demo/task.requested', { taskId: 'first' }, receivedAt, [
      {
        id: runId,
        status: 'COMPLETED',
        endedAt: new Date(receivedAt + 5).toISOString(),
        output: { taskId: 'first' },
      },
    ]);
    const { status, body } = await ask(`/demo-tasks/${id}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      eventId: id,
      taskId: 'first',
      status: 'COMPLETED',
      receivedAt: new Date(receivedAt).toISOString(),
      run: { id: runId, status: 'COMPLETED', output: { taskId: 'first' } },
      runs: [{ id: runId, status: 'COMPLETED' }],
      links: { self: `/demo-tasks/${id}`, dashboard: `${inngest.url}/run?runID=${runId}` },
    });
  });
});

describe('GET /demo-tasks/{eventId}', () => {
  startForEach();

  it('takes a task without a run for a duplicate after 5 s', async () => {
    await registered(worker);
    const id = inngest.addEvent('demo/task.requested', { taskId: 'first' }, clock.now());
    const status = async (): Promise<unknown> => (await ask(`/demo-tasks/${id}`)).body;

    expect(await status()).toMatchObject({
      status: 'QUEUED',
      reason: expect.stringMatching(/only just received/),
      runs: [],
    });
    await clock.advance(4_999);
    expect(await status()).toMatchObject({ status: 'QUEUED' });
    await clock.advance(1);
    expect(await status()).toMatchObject({
      status: 'SKIPPED',
      reason: expect.stringMatching(/the event is a duplicate of an earlier one\.$/),
    });
  });

  it('does not take a task for a duplicate that came before the function was registered', async () => {
    const id = inngest.addEvent('demo/task.requested', { taskId: 'first' }, clock.now());
    const status = async (): Promise<unknown> => (await ask(`/demo-tasks/${id}`)).body;
    await clock.advance(10_000);
    expect(await status()).toMatchObject({
      status: 'QUEUED',
      reason: expect.stringMatching(/is not registered with Inngest\.$/),
    });
    await registered(worker);
    expect(await status()).toMatchObject({
      status: 'SKIPPED',
      reason: expect.stringMatching(/not registered then, or .* Send it again/),
    });
  });
});
