import { Injectable } from '@nestjs/common';
import { eventType } from 'inngest';
import { InngestFunction, type InngestContext } from '../src/inngest/index.js';
import { startDemoTasks } from './support/demo-task.js';
import { InngestHarness, type ServedNestApp } from '../src/testing/nest.js';

const asked = eventType('work');

interface List {
  data?: { id: string; status: string; output?: unknown; function: { id: string } }[];
  page: { cursor?: string; hasMore?: boolean; limit?: number };
}

const NOBODY = '01ARZ3NDEKTSV4RRFFQ69G5FAV';

@Injectable()
class Work {
  runs = 0;

  @InngestFunction({ id: 'work', triggers: [asked], retries: 0 })
  work({ event }: InngestContext<typeof asked>): unknown {
    this.runs++;
    if (event.data['fails']) throw new TypeError('work failed');
    return event.data;
  }

  @InngestFunction({ id: 'more-work', triggers: [asked], retries: 0 })
  async moreWork({ step }: InngestContext<typeof asked>): Promise<void> {
    await step.sleep('nap', '1h');
  }
}

describe('The API of the embedded server', () => {
  let inngest: InngestHarness<ServedNestApp>;

  beforeAll(async () => {
    inngest = await InngestHarness.forFunctions([Work]);
  });

  afterAll(() => inngest.close());

  async function ask(
    method: string,
    path: string,
    body?: unknown,
  ): Promise<{ status: number; body: unknown }> {
    const answer = await fetch(inngest.server.url + path, {
      method,
      ...(body !== undefined && {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    });
    return { status: answer.status, body: await answer.json() };
  }

  const list = (path: string): Promise<List> => inngest.get<List>(path);
  const functionsOf = async (path: string): Promise<string[]> =>
    ((await list(path)).data ?? []).map((run) => run.function.id);

  it.each([
    ['GET', '/health?verbose=1', 'verbose'],
    ['GET', '/dev?fn=1', 'fn'],
    ['POST', '/e/test?env=x', 'env'],
    ['POST', '/fn/register?force=1', 'force'],
    ['GET', `/v0/runs/${NOBODY}/actions?a=1`, 'a'],
    ['GET', '/v1/events?recieved_after=2024-01-01', 'recieved_after'],
    ['GET', `/v1/events/${NOBODY}/runs?limit=1`, 'limit'],
    ['GET', `/v1/runs/${NOBODY}?includeOutput=true`, 'includeOutput'],
    ['GET', `/v1/runs/${NOBODY}/jobs?a=1`, 'a'],
    ['DELETE', `/v1/runs/${NOBODY}?reason=x`, 'reason'],
    ['GET', '/v1/apps/test/functions?limit=1', 'limit'],
    ['GET', '/v1/cancellations?limit=1', 'limit'],
    ['POST', '/v1/realtime/publish?channel=c&topics=t', 'topics'],
    ['GET', '/api/v2/health?a=1', 'a'],
    ['GET', '/api/v2/jobs?limit=1', 'limit'],
    ['GET', '/api/v2/events?receivedAfter=2024-01-01', 'receivedAfter'],
    ['GET', `/api/v2/events/${NOBODY}?includeRuns=1`, 'includeRuns'],
    ['GET', `/api/v2/events/${NOBODY}/runs?status=FAILED`, 'status'],
    ['GET', '/api/v2/runs?state=FAILED', 'state'],
    ['GET', '/api/v2/runs?run_state=FAILED', 'run_state'],
    ['GET', `/api/v2/runs/${NOBODY}?output=true`, 'output'],
    ['GET', `/api/v2/runs/${NOBODY}/trace?limit=1`, 'limit'],
    ['GET', '/api/v2/apps/test/functions/work/runs?functionId=work', 'functionId'],
    ['GET', '/api/v2/apps?name=x', 'name'],
    ['GET', '/api/v2/activity?window=1', 'window'],
    ['GET', '/api/v2/changes?since=1', 'since'],
    ['GET', '/api/v2/clock?at=1', 'at'],
    ['POST', '/api/v2/clock/advance?by=1h', 'by'],
    ['GET', '/run?runId=1', 'runId'],
  ])('refuses an unknown parameter in the query of %s %s', async (method, path, name) => {
    const { status, body } = await ask(method, path);
    expect(status).toBe(400);
    expect(JSON.stringify(body)).toContain(`Unknown in the query: \\"${name}\\"`);
  });

  it.each([
    ['POST', '/v1/signals', { signal: 's', payload: 1 }, 'payload'],
    ['POST', '/v1/cancellations', { app_id: 'a', function_id: 'b', started_befor: 'x' }, 'started_befor'],
    ['POST', `/api/v2/runs/${NOBODY}/cancel`, { reason: 'x' }, 'reason'],
    ['POST', `/api/v2/runs/${NOBODY}/rerun`, { fromSteps: {} }, 'fromSteps'],
    ['POST', '/api/v2/apps/test/functions/work/invoke', { data: {}, user: {} }, 'user'],
    ['DELETE', `/v1/cancellations/${NOBODY}`, { force: true }, 'force'],
    ['POST', '/api/v2/clock/advance', { by: '1h', until: 'x' }, 'until'],
  ])('refuses an unknown field in the body of %s %s', async (method, path, sent, name) => {
    const { status, body } = await ask(method, path, sent);
    expect(status).toBe(400);
    expect(JSON.stringify(body)).toContain(`Unknown in the body: \\"${name}\\"`);
  });

  it.each(['/e/test', '/api/v2/events'])('refuses an unknown field of an event sent to %s', async (path) => {
    const { status, body } = await ask('POST', path, { name: 'work', data: {}, timestamp: 1 });
    expect(status).toBe(400);
    expect(JSON.stringify(body)).toContain('Unknown in the event: \\"timestamp\\"');
  });

  it('accepts 5,000 events of a request, and refuses the others', async () => {
    const events = Array.from({ length: 5_001 }, (_, n) => ({ name: 'nobody/listens', data: { n } }));
    const { status, body } = await ask('POST', '/e/test', events);
    expect(status).toBe(400);
    expect(body).toMatchObject({ error: 'Cannot have more than 5000 events in a batch' });
    expect((body as { ids: string[] }).ids).toHaveLength(5_000);
  });

  it('accepts the cache-busting parameter on every route of v1', async () => {
    expect((await ask('GET', '/v1/events?_=17')).status).toBe(200);
  });

  it('accepts the names of v2 in snake case too, but not a name in both spellings', async () => {
    expect((await ask('GET', '/api/v2/runs?include_output=true&time_field=ENDED_AT')).status).toBe(200);
    expect((await ask('GET', '/api/v2/runs?include_output=true&includeOutput=true')).status).toBe(400);
  });

  it.each([
    ['timeField=createdAt', 'timeField'],
    ['order=up', 'order'],
    ['includeOutput=maybe', 'includeOutput'],
    ['functionId=work', 'appId is required'],
    ['from=2024-01-02T00:00:00Z&until=2024-01-01T00:00:00Z', 'from'],
  ])('refuses a list of runs with %s', async (query, said) => {
    const { status, body } = await ask('GET', `/api/v2/runs?${query}`);
    expect(status).toBe(400);
    expect(JSON.stringify(body)).toContain(said);
  });

  it('filters lists of runs by apps and functions, and sorts them by each time of a run', async () => {
    const [eventId] = await inngest.send({ name: 'work', data: {} });
    await inngest.ended(eventId);
    expect(await functionsOf('/api/v2/runs?appId=test&functionId=work')).toEqual(['work']);
    expect(
      await functionsOf('/api/v2/runs?app_id=test&functionId=work&functionId=test-more-work'),
    ).toHaveLength(2);
    expect(await functionsOf('/api/v2/runs?appId=other')).toEqual([]);
    expect(await functionsOf('/api/v2/runs?timeField=endedAt&order=ASC')).toEqual(['work', 'more-work']);
    expect(await functionsOf('/api/v2/runs?timeField=ENDED_AT&order=Desc')).toEqual(['more-work', 'work']);
    expect(await functionsOf('/api/v2/runs?isDeferred=true')).toEqual([]);
    const ended = new Date(inngest.clock.now()).toISOString();
    expect(await functionsOf(`/api/v2/runs?timeField=endedAt&from=${ended}`)).toEqual(['more-work']);
    expect(await functionsOf(`/api/v2/runs?from=${ended}`)).toEqual([]);
  });

  it('lists the runs of an event, and apps and functions, page by page', async () => {
    const [eventId] = await inngest.send({ name: 'work', data: {} });
    await inngest.ended(eventId);
    for (const path of [`/api/v2/events/${eventId}/runs`, '/api/v2/apps/test/functions']) {
      const first = await list(`${path}?limit=1`);
      expect(first.page).toMatchObject({ hasMore: true, limit: 1 });
      const second = await list(`${path}?limit=1&cursor=${first.page.cursor}`);
      expect(second.data).toHaveLength(1);
      expect(second.data?.[0]?.id).not.toBe(first.data?.[0]?.id);
      expect(second.page).not.toHaveProperty('cursor');
    }
    expect((await ask('GET', `/api/v2/events/${eventId}/runs?limit=41`)).status).toBe(400);
  });

  it('shows the error of a failed run as {error} in lists, and unwrapped in the run and its trace', async () => {
    const [eventId] = await inngest.send({ name: 'work', data: { fails: true } });
    await inngest.ended(eventId);
    const error = { name: 'TypeError', message: 'work failed' };
    for (const path of [`/api/v2/events/${eventId}/runs?`, '/api/v2/runs?status=FAILED&']) {
      const run = (await list(`${path}includeOutput=true`)).data?.find(({ status }) => status === 'FAILED');
      expect(run?.output).toMatchObject({ error });
    }
    const [{ id } = { id: '' }] = (await list('/api/v2/runs?status=FAILED')).data ?? [];
    const { data } = await inngest.get<{ data: { output: unknown } }>(
      `/api/v2/runs/${id}?includeOutput=true`,
    );
    expect(data.output).toMatchObject(error);
    const trace = await inngest.get<{ data: { rootSpan: { output: unknown } } }>(
      `/api/v2/runs/${id}/trace?includeOutput=true`,
    );
    expect(trace.data.rootSpan.output).toMatchObject(error);
  });

  it('runs a function once for each idempotency key of an invocation', async () => {
    const before = inngest.app.nest.get(Work).runs;
    const invoke = (idempotencyKey: string) =>
      ask('POST', '/api/v2/apps/test/functions/work/invoke', { data: {}, idempotencyKey });
    const first = await invoke('k');
    expect(first.status).toBe(200);
    const again = await invoke('k');
    expect(again.status).toBe(409);
    expect(again.body).toMatchObject({ data: (first.body as { data: object }).data });
    expect((await invoke('another')).status).toBe(200);
    await inngest.allEnded();
    await inngest.advance(24 * 60 * 60 * 1_000);
    expect((await invoke('k')).status).toBe(200);
    await inngest.allEnded();
    expect(inngest.app.nest.get(Work).runs - before).toBe(3);
  });

  it('answers 409 to the cancellation of a run that has ended', async () => {
    const [eventId] = await inngest.send({ name: 'work', data: {} });
    const ofFunction = async (id: string) =>
      (await inngest.runs(eventId)).find((run) => run.function.id === id)?.id ?? '';
    await inngest.until(async () => (await inngest.runs(eventId)).some((run) => run.endedAt !== undefined));
    const ended = await ask('POST', `/api/v2/runs/${await ofFunction('work')}/cancel`, {});
    expect(ended).toMatchObject({ status: 409, body: { errors: [{ code: 'run_already_ended' }] } });
    const sleeping = `/api/v2/runs/${await ofFunction('more-work')}/cancel`;
    expect((await ask('POST', sleeping)).status).toBe(200);
    expect(await ask('POST', sleeping)).toMatchObject({
      status: 409,
      body: { errors: [{ code: 'run_already_cancelled' }] },
    });
  });
});

describe('The REST API of the worker', () => {
  let inngest: InngestHarness;

  beforeAll(async () => {
    inngest = await startDemoTasks();
  });

  afterAll(() => inngest.close());

  it.each(['/demo-tasks', '/demo-tasks/x', '/demo-tasks/x/progress', '/health/live'])(
    'refuses an unknown parameter in the query of %s',
    async (path) => {
      const answer = await fetch(`${inngest.url}${path}?verbose=true`, {
        method: path === '/demo-tasks' ? 'POST' : 'GET',
      });
      expect(answer.status).toBe(400);
      expect(await answer.json()).toMatchObject({
        message: expect.stringContaining('"verbose"'),
        errors: [{ field: 'verbose' }],
      });
    },
  );
});
