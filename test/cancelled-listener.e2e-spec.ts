import type { InngestHarness, Run } from '../src/testing/nest.js';
import { startFunctions, type Define } from './support/sdk-functions.js';

const CANCELLED = 'inngest/function.cancelled';
const MINUTE = 60 * 1_000;

describe('A function that listens for cancelled runs', () => {
  let inngest: InngestHarness;

  afterEach(() => inngest.close());

  /** Starts a function `job`, whose runs are cancelled after a second, and a listener. */
  const start = async (listener: Define): Promise<void> => {
    inngest = await startFunctions((app, clock) => [
      app.createFunction(
        { id: 'job', triggers: { event: 'go' }, timeouts: { finish: '1s' } },
        async ({ step }) => step.sleep('long', '1h'),
      ),
      ...listener(app, clock),
    ]);
  };

  /** A listener to cancellations, whose own runs are cancelled after a second, too. */
  const cancelled =
    (options: object = {}): Define =>
    (app) => [
      app.createFunction(
        { triggers: { event: CANCELLED }, timeouts: { finish: '1s' }, ...options, id: 'listener' } as never,
        async ({ step }) => step.sleep('long', '1h'),
      ),
    ];

  const listeners = async (): Promise<Run[]> =>
    (await inngest.allRuns()).filter((run) => run.function.id === 'listener');
  it.each([
    ['by a timeout', {}],
    ['and its triggers are a wildcard', { triggers: { event: 'inngest/*' } }],
    ['in batches', { batchEvents: { maxSize: 10, timeout: '1s' } }],
  ])('does not start itself without end when its run is cancelled: %s', async (_, options) => {
    await start(cancelled(options));
    await inngest.send({ name: 'go', data: {} });
    await inngest.advance(10 * MINUTE);

    const runs = await listeners();
    expect(runs.length).toBeGreaterThan(0);
    // A wildcard also matches the ends of the job and of the listener.
    expect(runs.length).toBeLessThanOrEqual(3);
  });

  it('goes on when others are cancelled by its own kind', async () => {
    await start(cancelled({ timeouts: {}, cancelOn: [{ event: CANCELLED }] }));
    await inngest.send({ name: 'go', data: {} }, { name: 'go', data: {} }, { name: 'go', data: {} });
    await inngest.advance(10 * MINUTE);

    expect((await listeners()).map((run) => run.status).toSorted()).toEqual([
      'CANCELLED',
      'CANCELLED',
      'RUNNING',
    ]);
  });

  it('announces the end of its cancelled run, without another cancellation', async () => {
    const heard: string[] = [];
    await start((app, clock) => [
      ...cancelled()(app, clock),
      app.createFunction(
        { id: 'watcher', triggers: [{ event: CANCELLED }, { event: 'inngest/function.finished' }] },
        ({ event }) => {
          heard.push(`${event.name} ${(event.data as { function_id: string }).function_id}`);
        },
      ),
    ]);
    await inngest.send({ name: 'go', data: {} });
    await inngest.advance(10 * MINUTE);

    expect(heard.filter((end) => !end.endsWith('watcher')).toSorted()).toEqual([
      `${CANCELLED} test-job`,
      'inngest/function.finished test-job',
      'inngest/function.finished test-listener',
    ]);
  });

  it('announces its failure, with which its failure handler is called', async () => {
    await start((app) => [
      app.createFunction(
        {
          id: 'listener',
          triggers: { event: CANCELLED },
          retries: 0,
          onFailure: () => undefined,
        },
        () => {
          throw new Error('broken');
        },
      ),
    ]);
    await inngest.send({ name: 'go', data: {} });
    await inngest.advance(MINUTE);

    expect((await inngest.allRuns()).map((run) => `${run.function.id} ${run.status}`).toSorted()).toEqual([
      'job CANCELLED',
      'listener FAILED',
      'listener-failure COMPLETED',
    ]);
  });
});
