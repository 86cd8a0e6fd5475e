import { createHash } from 'node:crypto';
import { request } from 'node:http';
import { Injectable } from '@nestjs/common';
import { eventType, referenceFunction } from 'inngest';
import { EmbeddedInngest } from '../src/embedded/index.js';
import { InngestFunction, type InngestContext } from '../src/inngest/index.js';
import { startDemoTasks, STEPS, task } from './support/demo-task.js';
import { InngestHarness, type Run } from '../src/testing/nest.js';
import { itSlowly } from './support/slow-tests.js';

interface RunPage {
  data: (Run & { attempts: number; maxAttempts: number; priority?: number })[];
  page: { cursor?: string; hasMore?: boolean; total?: number };
}

interface Errors {
  errors: { code: string; message: string }[];
}

interface Outcome {
  function: { id: string };
  run?: { id: string; status: string };
  reason?: string;
}

interface EventPage {
  data: { id: string; senderId?: string; name: string; data: object; outcomes: Outcome[] }[];
  page: { cursor?: string };
}

const FAILS = { simulateFailure: true, failAtStep: STEPS[0], failAttempts: 2 };

/** A worker for all tests that change nothing or look only at their own run. */
let shared: InngestHarness;

beforeAll(async () => {
  shared = await startDemoTasks();
});

afterAll(() => shared.close());

describe('The list of runs', () => {
  let demo: InngestHarness;

  beforeEach(async () => {
    demo = await startDemoTasks();
  });

  afterEach(() => demo.close());

  const list = (query: Record<string, string> = {}): Promise<RunPage> =>
    demo.get(`/api/v2/runs?${new URLSearchParams({ limit: '100', ...query }).toString()}`);

  const tasks = async (query: Record<string, string>): Promise<string[]> => {
    const { data } = await list(query);
    const names = await Promise.all(
      data.map(async (run) => {
        const { data: event } = await demo.get<{ data: { data: { taskId?: string } } }>(
          `/api/v2/events/${run.trigger.eventIds[0]}`,
        );
        return event.data.taskId ?? run.function.id;
      }),
    );
    return names.toSorted((a, b) => a.localeCompare(b));
  };

  /** All pages of the list, with a few runs on each. */
  async function page(query: Record<string, string>): Promise<string[]> {
    const ids: string[] = [];
    for (let cursor = ''; ;) {
      const { data, page: next } = await list({ ...query, limit: '3', ...(cursor && { cursor }) });
      ids.push(...data.map((run) => run.id));
      if (next.cursor === undefined) return ids;
      cursor = next.cursor;
    }
  }

  it('is filtered by status, function, event, time, ids and text', async () => {
    await demo.send(task('apple', { delayMs: 0 }));
    await demo.send(task('pear', { simulateFailure: true, failAtStep: STEPS[0] }));
    await demo.allEnded();
    const middle = new Date(demo.clock.now() + 1).toISOString();
    await demo.advance(1_000);
    await demo.send(task('100% plum', { delayMs: 0 }));
    await demo.allEnded();
    const [plum] = (await list()).data;

    expect(await tasks({ status: 'FAILED' })).toEqual(['pear']);
    expect(await tasks({ status: 'FAILED,COMPLETED', event: 'demo/task.requested' })).toEqual([
      '100% plum',
      'apple',
      'pear',
    ]);
    expect(await tasks({ event: 'inngest/function.failed' })).toEqual(['demo-task-failure']);
    expect(await tasks({ from: middle })).toEqual(['100% plum']);
    expect(await tasks({ until: middle, event: 'demo/task.requested' })).toEqual(['apple', 'pear']);
    expect(await tasks({ from: plum?.queuedAt ?? '' })).toEqual(['100% plum']);
    expect(await tasks({ until: plum?.queuedAt ?? '', event: 'demo/task.requested' })).toEqual([
      'apple',
      'pear',
    ]);
    expect(await tasks({ ids: plum?.id ?? '' })).toEqual(['100% plum']);
    expect(await tasks({ ids: plum?.id ?? '', status: 'FAILED' })).toEqual([]);
    expect(await tasks({ search: 'APPLE' })).toEqual(['apple']);
    expect(await tasks({ search: 'pear', status: 'FAILED' })).toEqual(['pear']);
    expect(await tasks({ search: '0% p' })).toEqual(['100% plum']);
    expect(await tasks({ search: '0_ p' })).toEqual([]);
    expect(await tasks({ search: 'failed as requested', status: 'FAILED' })).toEqual(['pear']);
    expect(await tasks({ search: plum?.id ?? '' })).toEqual(['100% plum']);
    expect(await tasks({ search: 'event.data.taskId == "pear" && event.data.simulateFailure' })).toEqual([
      'pear',
    ]);
    expect(await tasks({ search: 'demo/event.created' })).toEqual([]);
    expect(await tasks({ search: 'no event.' })).toEqual([]);
    const slug = (await demo.get<{ functions: { slug: string }[] }>('/dev')).functions[0]?.slug ?? '';
    expect(await tasks({ function: slug })).toEqual(['100% plum', 'apple', 'pear']);
    expect((await list({ includeTotal: 'true', status: 'COMPLETED' })).page.total).toBe(3);
  });

  it('is sorted, and every page continues where the previous one ended', async () => {
    const fifteen = Array.from({ length: 15 }, (_, index) =>
      task(`t-${index}`, { delayMs: (index % 4) * 1_000, priority: (index % 3) * 100 }),
    );
    await demo.send(...fifteen);
    await demo.until(async () => (await list({ status: 'COMPLETED' })).data.length >= 7);

    const { data } = await list();
    expect((await list({ limit: '14' })).page.cursor).toBeDefined();
    expect((await list({ limit: '15' })).page).toEqual({ limit: 15 });
    const now = demo.clock.now();
    const keys: Record<string, (run: RunPage['data'][number]) => number> = {
      queuedAt: (run) => Date.parse(run.queuedAt),
      startedAt: (run) => (run.startedAt === undefined ? Number.MAX_SAFE_INTEGER : Date.parse(run.startedAt)),
      duration: (run) =>
        run.startedAt === undefined
          ? -1
          : (run.endedAt === undefined ? now : Date.parse(run.endedAt)) - Date.parse(run.startedAt),
      priority: (run) => run.priority ?? 0,
    };
    for (const [sort, key] of Object.entries(keys)) {
      const descending = data
        .toSorted((a, b) => key(b) - key(a) || (a.id < b.id ? 1 : -1))
        .map((run) => run.id);
      expect({ sort, ids: await page({ sort }) }).toEqual({ sort, ids: descending });
      expect({ sort, ids: await page({ sort, order: 'asc' }) }).toEqual({
        sort,
        ids: descending.toReversed(),
      });
    }
  });

  itSlowly('finds old runs with an expression, page by page', async () => {
    const [needle] = await demo.send(task('needle', { delayMs: 0 }));
    for (let batch = 0; batch < 3; batch++) {
      await demo.send(
        ...Array.from({ length: 800 }, (_, index) => task(`hay-${batch}-${index}`, { delayMs: 0 })),
      );
    }

    await demo.clock.settled();

    const first = await list({ search: 'event.data.taskId == "needle"', includeTotal: 'true' });
    expect(first.data).toEqual([]);
    expect(first.page).toMatchObject({ hasMore: true });
    expect(first.page).not.toHaveProperty('total');
    const second = await list({ search: 'event.data.taskId == "needle"', cursor: first.page.cursor ?? '' });
    expect(second.data.map((run) => run.trigger.eventIds)).toEqual([[needle]]);
    expect(second.page.cursor).toBeUndefined();
  });
});

describe('The list of runs', () => {
  it('shows the attempts of the step with the most attempts', async () => {
    const [eventId] = await shared.send(task('tried', { ...FAILS, delayMs: 0 }));
    const { id } = await shared.ended(eventId);

    const { data } = await shared.get<RunPage>(`/api/v2/runs?ids=${id}`);
    expect(data).toMatchObject([{ attempts: 3, maxAttempts: 6 }]);
  });
});

describe('A list', () => {
  it('refuses a long search text, because the work grows with it', async () => {
    for (const list of ['runs', 'events']) {
      const answer = await shared.get(`/api/v2/${list}?search=${'a'.repeat(201)}`);
      expect(JSON.stringify(answer)).toContain('has 201 characters; the limit is 200.');
    }
  });

  it.each([
    [{ sort: 'name' }, 'Unknown sort "name"; it must be one of queuedAt, startedAt, duration, priority.'],
    [{ order: 'up' }, 'Unknown order "up"; it must be one of asc, desc.'],
    [{ status: 'DONE' }, 'Unknown status "DONE"'],
    [{ function: 'nobody' }, 'Unknown function "nobody".'],
    [{ from: 'yesterday' }, '"from" must be a time in ISO 8601, not "yesterday".'],
    [{ cursor: 'elsewhere' }, 'Invalid cursor: elsewhere'],
    [{ cursor: '01M84V6F85CWWPE2VXYRX4N1XM', sort: 'duration' }, 'Invalid cursor'],
    [{ search: 'event.data.taskId ==' }, '"search" is not an expression'],
  ] as [Record<string, string>, string][])('refuses %j', async (query, message) => {
    const answer = await shared.get<Errors>(`/api/v2/runs?${new URLSearchParams(query).toString()}`);

    expect(answer.errors).toEqual([{ code: 'invalid_request', message: expect.stringContaining(message) }]);
  });
});

describe('The list of events', () => {
  let demo: InngestHarness;

  beforeEach(async () => {
    demo = await startDemoTasks();
  });

  afterEach(() => demo.close());

  const list = (query: Record<string, string> = {}): Promise<EventPage> =>
    demo.get(`/api/v2/events?${new URLSearchParams(query).toString()}`);

  it('shows the outcomes of each event', async () => {
    const [first] = await demo.send({ ...task('told', { delayMs: 0 }), id: 'mine' }, task('told'), {
      name: 'nobody/listens',
      data: { a: 1 },
    });
    const run = await demo.ended(first);

    const { data } = await list();
    expect(data.map(({ name, senderId, outcomes }) => ({ name, senderId, outcomes }))).toEqual([
      { name: 'nobody/listens', senderId: undefined, outcomes: [] },
      {
        name: 'demo/task.requested',
        senderId: undefined,
        outcomes: [
          expect.objectContaining({
            function: { id: 'demo-task', name: 'Demo Task' },
            reason: expect.stringContaining(`duplicate of run ${run.id}`),
          }),
        ],
      },
      {
        name: 'demo/task.requested',
        senderId: 'mine',
        outcomes: [expect.objectContaining({ run: { id: run.id, status: 'COMPLETED' } })],
      },
    ]);
    const one = await demo.get<{ data: object }>(`/api/v2/events/${first}`);
    expect(one.data).toEqual(data[2]);
  });

  it('is filtered and paged, and includes internal events on request', async () => {
    await demo.send(task('a', { delayMs: 0 }), task('b', { delayMs: 0 }), {
      name: 'other',
      data: { text: '50%' },
    });
    await demo.allEnded();

    const names = async (query: Record<string, string>): Promise<string[]> =>
      (await list(query)).data.map((event) => event.name);
    expect(await names({ name: 'other' })).toEqual(['other']);
    expect(await names({ search: '0%' })).toEqual(['other']);
    expect(await names({ until: new Date(demo.clock.now() - 60_000).toISOString() })).toEqual([]);
    expect(await names({ includeInternal: 'true', search: 'function.finished' })).toEqual([
      'inngest/function.finished',
      'inngest/function.finished',
    ]);
    const first = await list({ limit: '2' });
    const second = await list({ limit: '2', cursor: first.page.cursor ?? '' });
    expect([...first.data, ...second.data].map((event) => event.name)).toEqual([
      'other',
      'demo/task.requested',
      'demo/task.requested',
    ]);
    expect(second.page.cursor).toBeUndefined();
    const [newest] = first.data;
    expect(await names({ ids: newest?.id ?? '' })).toEqual(['other']);
  });
});

describe('The list of events', () => {
  it('answers 404 for an unknown event', async () => {
    const answer = await shared.get<Errors>('/api/v2/events/01M84V6F85CWWPE2VXYRX4N1XM');

    expect(answer.errors).toEqual([{ code: 'not_found', message: 'Event not found' }]);
  });
});

describe('The activity', () => {
  let demo: InngestHarness;

  beforeEach(async () => {
    demo = await startDemoTasks();
  });

  afterEach(() => demo.close());

  itSlowly('shows starts with the throttle, and executing calls with the concurrency limit', async () => {
    await demo.send(...Array.from({ length: 50 }, (_, index) => task(`t-${index}`, { delayMs: 1_000 })));
    const activity = async (): Promise<
      Record<string, unknown> & { starts: number[]; executingPeaks: number[] }
    > => {
      const { data } = await demo.get<{ data: { functions: Awaited<ReturnType<typeof activity>>[] } }>(
        '/api/v2/activity?seconds=10',
      );
      return data.functions.find((fn) => (fn['function'] as { id: string }).id === 'demo-task')!;
    };

    await demo.clock.settled();
    expect(await activity()).toMatchObject({
      queued: 40,
      running: 10,
      executing: 10,
      heldByConcurrency: 40,
      throttled: 0,
      throttle: { limit: 20, periodMs: 60_000, burst: 0, isKeyed: false, permits: 10 },
      concurrency: [{ limit: 10, scope: 'fn', isKeyed: false }],
    });

    await demo.advance(2_500);
    const later = await activity();
    expect(later).toMatchObject({
      queued: 30,
      running: 0,
      executing: 0,
      throttled: 30,
      throttle: { permits: 0 },
    });
    expect(later.starts.reduce((sum, count) => sum + count)).toBe(20);
    expect(Math.max(...later.executingPeaks)).toBe(10);
    expect(later.starts).toHaveLength(10);

    await demo.advance(20_000);
    expect((await activity()).starts.filter((count) => count > 0)).toEqual([1, 1, 1]);
  });
});

describe('The stream of changes', () => {
  let demo: InngestHarness;

  beforeEach(async () => {
    demo = await startDemoTasks();
  });

  afterEach(() => demo.close());

  it('names the runs and events that changed, and ends with the server', async () => {
    const stream = await fetch(`${demo.server.url}/api/v2/changes`, {
      headers: { accept: 'text/event-stream' },
    });
    expect(stream.headers.get('content-type')).toContain('text/event-stream');
    const told = collect(stream);

    const [eventId] = await demo.send(task('told', { delayMs: 0 }));
    const run = await demo.ended(eventId);
    await demo.close();

    const notices = await told;
    expect(notices.flatMap((notice) => notice.events)).toContain(eventId);
    expect(notices.filter((notice) => notice.runs.includes(run.id)).length).toBeGreaterThan(1);
  });
});

/** Requests like a browser; fetch would add a header that disables caches. */
function statusFor(url: string, headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const asking = request(url, { headers, agent: false }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    });
    asking.on('error', reject).end();
  });
}

interface Notice {
  runs: string[];
  events: string[];
}

async function collect(stream: Response): Promise<Notice[]> {
  const text = await stream.text();
  return text
    .split('\n')
    .filter((line) => line.startsWith('data: '))
    .map((line) => JSON.parse(line.slice('data: '.length)) as Notice);
}

const parent = eventType('family/parent');
const child = eventType('family/child');

@Injectable()
class Family {
  @InngestFunction({ id: 'parent', name: 'Parent', triggers: [parent] })
  async parent({ step }: InngestContext<typeof parent>): Promise<unknown> {
    await step.sleep('nap', '1h');
    await step.invoke('ask-child', {
      function: referenceFunction({ appId: 'test', functionId: 'child' }),
      data: {},
    });
    return step.waitForEvent('wait-for-go', { event: 'family/go', timeout: '1d' });
  }

  @InngestFunction({ id: 'child', name: 'Child', triggers: [child] })
  async child({ step }: InngestContext<typeof child>): Promise<unknown> {
    await step.sleep('child-nap', '10m');
    return step.run('work', () => 1);
  }
}

describe('The trace of a run', () => {
  let family: InngestHarness;

  beforeEach(async () => {
    family = await InngestHarness.forFunctions([Family]);
  });

  afterEach(() => family.close());

  it('shows what the run waits for, until when, and the run that it invoked', async () => {
    const [eventId] = await family.send({ name: 'family/parent', data: {} });
    const hour = 60 * 60 * 1_000;
    const step = async (name: string) =>
      (await family.steps(await family.run(eventId))).find((span) => span.name === name) as
        { until?: string; invokedRunId?: string } | undefined;

    await family.until(async () => (await step('nap')) !== undefined);
    expect(family.since((await step('nap'))?.until ?? '')).toBe(hour);
    expect(await family.run(eventId)).toMatchObject({
      waiting: { reason: 'sleeping (step "nap")', until: (await step('nap'))?.until },
    });

    await family.until(async () => (await step('ask-child')) !== undefined);
    const child = (await family.allRuns()).find((run) => run.function.id === 'child');
    expect(await step('ask-child')).toMatchObject({ invokedRunId: child?.id });

    await family.until(async () => (await step('wait-for-go')) !== undefined);
    expect(family.since((await step('wait-for-go'))?.until ?? '')).toBe(family.elapsed + 24 * hour);
  });
});

describe('The trace of a run', () => {
  it('has the pending calls', async () => {
    const [eventId] = await shared.send(task('trying', { ...FAILS, delayMs: 0 }));
    await shared.until(async () => (await shared.run(eventId)).waiting?.attempt === 1);
    const run = await shared.run(eventId);
    const { data } = await shared.get<{ data: { pendingCalls: object[] } }>(`/api/v2/runs/${run.id}/trace`);

    expect(data.pendingCalls).toEqual([
      { state: 'delayed', attempt: 1, queuedAt: expect.any(String), notBefore: run.waiting?.until },
    ]);
  });
});

describe('The dashboard’s page', () => {
  let server: EmbeddedInngest;

  beforeAll(async () => {
    server = await EmbeddedInngest.start({ port: 0, logger: false });
  });

  afterAll(() => server.close());

  it('has a policy that allows only itself, and files that browsers may cache forever', async () => {
    const page = await fetch(server.url);
    const html = await page.text();
    const policy = page.headers.get('content-security-policy') ?? '';
    const inline = [...html.matchAll(/<script(?![^>]* src=)[^>]*>([^]*?)<\/script>/g)].map(
      (match) => match[1] ?? '',
    );
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('unsafe');
    expect(inline.map((script) => createHash('sha256').update(script).digest('base64'))).toEqual([
      /'sha256-([^']+)'/.exec(policy)?.[1],
    ]);
    expect(page.headers.get('cache-control')).toBe('no-cache');
    expect(await statusFor(server.url, { 'if-none-match': page.headers.get('etag') ?? '' })).toBe(304);

    const paths = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? '');
    const { imports } = JSON.parse(inline[0] ?? '') as { imports: Record<string, string> };
    expect(paths.length).toBeGreaterThan(3);
    for (const path of [...paths, ...Object.values(imports)]) {
      const file = await fetch(server.url + path);
      expect({ path, status: file.status, cached: file.headers.get('cache-control') }).toEqual({
        path,
        status: 200,
        cached: 'public, max-age=31536000, immutable',
      });
    }
  });

  it('serves only the files of the page', async () => {
    const [, base] = /"(\/dashboard\/\w+)\/main\.js"/.exec(await (await fetch(server.url)).text()) ?? [];
    for (const path of [
      '/nope.js',
      '/index.html',
      '/tsconfig.json',
      '/format.spec.ts',
      '/..%2f..%2fembedded.module.ts',
      '/%2e%2e/x.js',
    ]) {
      expect((await fetch(`${server.url}${base}${path}`)).status).toBe(404);
    }
    expect((await fetch(`${server.url}/dashboard/0000000000000000/main.js`)).status).toBe(404);
  });

  it('also has the page of a run at the path of the Dev Server', async () => {
    const run = await fetch(`${server.url}/run?runID=01M84V6F85CWWPE2VXYRX4N1XM`, { redirect: 'manual' });
    expect(run.headers.get('location')).toBe('/#/runs/01M84V6F85CWWPE2VXYRX4N1XM');
  });
});

describe('The dashboard’s page', () => {
  it('is the login page when a signing key is set', async () => {
    const server = await EmbeddedInngest.start({
      port: 0,
      logger: false,
      signingKey: 'signkey-test-12345678',
    });
    try {
      const page = await fetch(server.url);
      expect(page.status).toBe(200);
      expect(await page.text()).toContain('Signing key or password');
      for (const path of ['/api/v2/activity', '/api/v2/changes', '/api/v2/events', '/api/v2/runs']) {
        expect((await fetch(server.url + path)).status).toBe(401);
      }
    } finally {
      await server.close();
    }
  });
});
