import type { Inngest, InngestFunction } from 'inngest';
import type { InngestHarness } from '../src/testing/nest.js';
import { McpAgent } from './support/mcp-agent.js';
import { startFunctions } from './support/sdk-functions.js';

interface Sent {
  eventId: string;
  runIds: string[];
  message: string;
}

interface RunStatus {
  runId: string;
  status: string;
  output?: unknown;
  error?: string;
  waiting?: { reason: string };
  steps: {
    stepName: string;
    stepId: string;
    status: string;
    attempt: number;
    output?: unknown;
    error?: string;
  }[];
}

interface Waits {
  isWaiting: boolean;
  reason: string;
  until?: string;
  clock?: { now: string; nextDue: string | null };
  outcomes?: unknown[];
}

const FROM_DEV_SERVER = [
  'send_event',
  'list_functions',
  'invoke_function',
  'get_run_status',
  'poll_run_status',
];
const OF_THIS_SERVER = ['why_is_it_waiting', 'replay_from_step'];
const ON_A_VIRTUAL_CLOCK = ['advance_clock', 'fail_step'];

let inngest: InngestHarness;
let agent: McpAgent;
/** The steps whose code ran. */
let ran: string[];

const define = (app: Inngest): InngestFunction.Any[] => [
  app.createFunction(
    { id: 'order', name: 'An order', triggers: { event: 'go' } },
    async ({ step, event }) => {
      const price = await step.run('price', () => {
        ran.push('price');
        return 40 + ((event.data as { tax?: number }).tax ?? 2);
      });
      const paid = await step.run('charge', () => {
        ran.push('charge');
        return `paid ${price}`;
      });
      return { paid };
    },
  ),
  app.createFunction({ id: 'sleeper', triggers: { event: 'sleep' } }, async ({ step }) => {
    await step.sleep('nap', '2h');
    return 'awake';
  }),
  app.createFunction(
    { id: 'once', triggers: { event: 'once' }, rateLimit: { limit: 1, period: '1h' } },
    () => 'done',
  ),
];

beforeEach(() => {
  ran = [];
});

const start = async (): Promise<void> => {
  inngest = await startFunctions(define, { client: { id: 'shop' } });
  agent = await McpAgent.connect(inngest.server.url);
};
const stop = async (): Promise<void> => {
  await agent.close();
  await inngest.close();
};

const status = (runId: string | undefined): Promise<RunStatus> => agent.call('get_run_status', { runId });
/** Sends an event, and waits until its run has ended. */
const ended = async (name: string, data: unknown = {}): Promise<RunStatus> => {
  const { runIds } = await agent.call<Sent>('send_event', { name, data });
  const { runs } = await agent.call<{ runs: RunStatus[] }>('poll_run_status', { runIds });
  return runs[0]!;
};

describe('The tools for agents', () => {
  beforeAll(start);
  afterAll(stop);

  it('include those of the Dev Server', async () => {
    const { tools } = await agent.client.listTools();

    expect(tools.map(({ name }) => name)).toEqual(
      expect.arrayContaining([...FROM_DEV_SERVER, ...OF_THIS_SERVER, ...ON_A_VIRTUAL_CLOCK]),
    );
    for (const tool of tools) expect(tool.description).not.toBe('');
    expect(agent.client.getInstructions()).toContain('why_is_it_waiting');
  });

  it('list the functions with their triggers', async () => {
    const { functions } = await agent.call<{ functions: object[] }>('list_functions');

    expect(functions).toHaveLength(3);
    expect(functions).toContainEqual(
      expect.objectContaining({
        slug: 'shop-order',
        name: 'An order',
        appId: 'shop',
        triggers: [expect.objectContaining({ type: 'EVENT', value: 'go' })],
      }),
    );
    expect(await agent.call('list_functions', { appId: 'other' })).toEqual({ functions: [], count: 0 });
  });

  it('send an event, wait for its run, and show its steps', async () => {
    const { eventId, runIds, message } = await agent.call<Sent>('send_event', {
      name: 'go',
      data: { tax: 3 },
    });
    expect(runIds).toHaveLength(1);
    expect(message).toContain('started 1 run');

    expect(await agent.call('poll_run_status', { runIds, pollInterval: 10 })).toMatchObject({
      completed: 1,
      running: 0,
      failed: 0,
    });
    expect(await status(runIds[0])).toMatchObject({
      status: 'Completed',
      functionName: 'An order',
      eventId,
      output: { paid: 'paid 43' },
      steps: [
        { stepName: 'price', status: 'completed', attempt: 0, output: { data: 43 } },
        { stepName: 'charge', status: 'completed', output: { data: 'paid 43' } },
      ],
    });
    expect(await agent.call('get_event_runs', { eventId })).toMatchObject({
      name: 'go',
      outcomes: [{ function: { id: 'order' }, run: { id: runIds[0] } }],
    });
    expect(await agent.call('list_runs', { status: ['COMPLETED'] })).toMatchObject({
      runs: expect.arrayContaining([expect.objectContaining({ id: runIds[0] })]),
    });
  });

  it.each([
    ['text that is an object', '{"tax":5}', { tax: 5 }],
    ['other text', 'five', { value: 'five' }],
    ['a list', [5], { value: [5] }],
    ['nothing', undefined, {}],
  ])('accept as data of an event %s', async (_what, data, stored) => {
    const { eventId } = await agent.call<Sent>('send_event', { name: 'nobody', data });

    expect(await agent.call('get_event_runs', { eventId })).toMatchObject({ data: stored });
  });

  it('show why an event starts no run', async () => {
    expect(await agent.call('send_event', { name: 'nobody' })).toMatchObject({
      runIds: [],
      message: expect.stringContaining('no registered function has a trigger'),
    });
    await ended('once');
    const { eventId, runIds } = await agent.call<Sent>('send_event', { name: 'once' });

    expect(runIds).toEqual([]);
    expect(await agent.call('why_is_it_waiting', { eventId })).toMatchObject({
      outcomes: [{ reason: expect.stringContaining('rate limit') }],
    });
  });

  it.each(['order', 'shop-order', 'An order'])('invoke the function "%s"', async (functionId) => {
    const result = await agent.call<RunStatus>('invoke_function', { functionId, data: { tax: 1 } });

    expect(result).toMatchObject({ status: 'Completed', output: { paid: 'paid 41' } });
  });

  it('return at the timeout before a run has ended, and show what it waits for', async () => {
    const result = await agent.call<RunStatus>('invoke_function', { functionId: 'sleeper', timeout: 0.2 });

    expect(result).toMatchObject({ status: 'Running', waiting: { reason: 'sleeping (step "nap")' } });
    expect(await agent.call('poll_run_status', { runIds: [result.runId], timeout: 0 })).toMatchObject({
      running: 1,
    });
  });

  it('make a step fail for good', async () => {
    await agent.call('fail_step', { stepId: 'charge', isFinal: true, error: 'no such card' });

    const run = await ended('go');
    expect(run).toMatchObject({ status: 'Failed', error: 'no such card' });
  });

  it('replay a run from a step, with another input, and run it again', async () => {
    const { runId, steps } = await ended('go');
    ran = [];
    const replayed = await agent.call<RunStatus>('replay_from_step', { runId, stepId: steps[1]?.stepId });
    await agent.call('poll_run_status', { runIds: [replayed.runId] });
    expect(ran).toEqual(['charge']);
    expect(await status(replayed.runId)).toMatchObject({ status: 'Completed', originalRunId: runId });

    const again = await agent.call<RunStatus>('rerun', { runId });
    await agent.call('poll_run_status', { runIds: [again.runId] });
    expect(ran).toEqual(['charge', 'price', 'charge']);
  });

  it('cancel a run', async () => {
    const { runIds } = await agent.call<Sent>('send_event', { name: 'sleep' });
    await agent.call('cancel_run', { runId: runIds[0] });

    expect(await agent.call('poll_run_status', { runIds })).toMatchObject({ failed: 1 });
    expect((await agent.try('cancel_run', { runId: runIds[0] })).text).toBe('Run is already cancelled');
  });

  it('refuse a step that the run does not have', async () => {
    const { runId } = await ended('go');

    expect((await agent.try('replay_from_step', { runId, stepId: 'none' })).text).toContain(
      'Step not found in original run: "none"',
    );
  });
});

describe('The tools for agents', () => {
  // Each test has a server of its own, because it advances the clock to what is due next.
  beforeEach(start);
  afterEach(stop);

  it('show why a run waits, and advance the clock to the time at which it goes on', async () => {
    const { runIds } = await agent.call<Sent>('send_event', { name: 'sleep' });
    const [runId] = runIds;
    await inngest.until(async () => (await status(runId)).waiting !== undefined, { within: 0 });
    const why = await agent.call<Waits>('why_is_it_waiting', { runId });

    expect(why).toMatchObject({ isWaiting: true, reason: 'sleeping (step "nap")' });
    expect(why.clock?.nextDue).toBe(why.until);
    expect(await agent.call('advance_clock', { by: '1h' })).toMatchObject({ movedByMs: 3_600_000 });
    expect(await status(runId)).toMatchObject({ status: 'Running' });
    expect(await agent.call('advance_clock', { by: 'next' })).toMatchObject({ movedByMs: 3_600_000 });
    expect(await agent.call('poll_run_status', { runIds })).toMatchObject({ completed: 1 });
    expect(await agent.call('why_is_it_waiting', { runId })).toMatchObject({
      isWaiting: false,
      reason: 'It has ended: Completed.',
    });
  });

  it('make a step fail, and show that it waits for its retry', async () => {
    await agent.call('fail_step', { stepId: 'charge', functionId: 'order', error: 'card declined' });
    const { runIds } = await agent.call<Sent>('send_event', { name: 'go' });
    const [runId] = runIds;
    await inngest.until(async () => (await status(runId)).waiting !== undefined, { within: 0 });

    expect(await agent.call('why_is_it_waiting', { runId })).toMatchObject({
      reason: expect.stringContaining('retry'),
      attempt: 1,
    });
    expect((await status(runId)).steps[1]).toMatchObject({ stepName: 'charge', error: 'card declined' });
    expect(ran).toEqual(['price']);

    await agent.call('advance_clock', { by: 'next' });
    const { runs } = await agent.call<{ runs: RunStatus[] }>('poll_run_status', { runIds });
    expect(runs).toMatchObject([{ status: 'Completed', steps: [{}, { status: 'completed', attempt: 1 }] }]);
    expect(ran).toEqual(['price', 'charge']);
  });
});
