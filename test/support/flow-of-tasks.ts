import type { InngestHarness, Run } from '../../src/testing/nest.js';
import { startDemoTasks, task } from './demo-task.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** The largest number of runs that executed at the same time, counting each run from its start to its end. */
function mostAtOnce(demo: InngestHarness, runs: readonly Run[]): number {
  const changes = runs.flatMap((run) => [
    { at: demo.since(run.startedAt ?? ''), by: 1 },
    { at: demo.since(run.endedAt ?? ''), by: -1 },
  ]);
  // At equal times, ends sort before starts: a run that ends frees its slot for a run that starts then.
  changes.sort((a, b) => a.at - b.at || a.by - b.by);
  let now = 0;
  return Math.max(...changes.map(({ by }) => (now += by)));
}

/**
 * Defines the tests of the demo task's flow control.
 *
 * @param tasks the number of tasks sent at the same time; the first 20 start, the others wait
 */
export function describeFlowOf(tasks: number): void {
  /** The throttle starts one run every 3 seconds after the first 20. */
  const lastStart = (tasks - 20) * 3 * SECOND;

  describe('Flow control of demo tasks', () => {
    let demo: InngestHarness;

    beforeEach(async () => {
      // One checkpoint for all steps of a call: these tests check only when calls are made, and there are many calls.
      demo = await startDemoTasks({ inngest: { checkpointing: { bufferedSteps: 5 } } });
    });

    afterEach(() => demo.close());

    const sendMany = (count: number, options: Record<string, unknown>): Promise<string[]> =>
      demo.send(...Array.from({ length: count }, (_, index) => task(`task-${index}`, options)));

    it(`starts 20 of ${tasks} at once and then one every 3 seconds`, async () => {
      await sendMany(tasks, { delayMs: 0 });
      await demo.allEnded();

      const runs = await demo.allRuns();
      expect(runs.every((run) => run.status === 'COMPLETED')).toBe(true);
      const starts = demo.starts(runs);
      expect(starts.slice(0, 20)).toEqual(Array(20).fill(0));
      expect(starts.slice(20)).toEqual(
        Array.from({ length: tasks - 20 }, (_, index) => (index + 1) * 3 * SECOND),
      );
      expect(demo.elapsed).toBe(lastStart);
    });

    it('executes at most 10 at once: 10, then 10 a second later, then one every 3 seconds', async () => {
      await sendMany(tasks, { delayMs: SECOND });
      await demo.allEnded();

      const runs = await demo.allRuns();
      const starts = demo.starts(runs);
      expect(starts.slice(0, 10)).toEqual(Array(10).fill(0));
      expect(starts.slice(10, 20)).toEqual(Array(10).fill(SECOND));
      expect(starts).toHaveLength(tasks);
      expect(starts.at(-1)).toBe(lastStart);
      expect(starts.slice(21).every((start, index) => start - (starts[20 + index] ?? 0) === 3 * SECOND)).toBe(
        true,
      );
      expect(mostAtOnce(demo, runs)).toBe(10);
    });

    it('says why a run waits', async () => {
      const ids = await sendMany(31, { delayMs: (10 * MINUTE) / 2 });
      await demo.clock.settled();

      const waiting = (await demo.run(ids[30])).waiting?.reason;
      expect(waiting).toBe('waiting for concurrency (10 of 10 running)');
    });

    it('says until when a run is throttled', async () => {
      const ids = await sendMany(21, { delayMs: 0 });
      await demo.clock.settled();

      const run = await demo.run(ids[20]);
      expect(run.status).toBe('QUEUED');
      expect(run.waiting?.reason).toBe(
        `throttled until ${new Date(demo.clock.now() + 3 * SECOND).toISOString()}`,
      );
    });

    it('runs a task id once in 24 hours, and forced ones in between', async () => {
      const runsOf = async (id: string | undefined): Promise<number> => (await demo.runs(id)).length;
      const [first] = await demo.send(task('idempotent', { delayMs: 0 }));
      await demo.ended(first);
      const start = demo.clock.now();

      await demo.advance(12 * HOUR);
      const [forced] = await demo.send(task('idempotent', { delayMs: 0, force: true }));
      await demo.ended(forced);
      await demo.advance(start + 24 * HOUR - MINUTE - demo.clock.now());
      const [tooSoon] = await demo.send(task('idempotent', { delayMs: 0 }));
      await demo.clock.settled();
      await demo.advance(2 * MINUTE);
      const [later] = await demo.send(task('idempotent', { delayMs: 0 }));
      await demo.ended(later);

      expect(await Promise.all([first, forced, tooSoon, later].map(runsOf))).toEqual([1, 1, 0, 1]);
    });

    it('takes no throttle token for a duplicate', async () => {
      await demo.send(...Array.from({ length: 30 }, () => task('duplicate', { delayMs: 0 })));
      const [fresh] = await demo.send(task('fresh', { delayMs: 0 }));

      await demo.ended(fresh);

      expect(demo.elapsed).toBe(0);
      expect(await demo.allRuns()).toHaveLength(2);
    });

    it('takes nothing but true for force', async () => {
      const values = ['true', 1, null, false];
      await demo.send(...values.map((value) => task(`not-forced-${value}`, { delayMs: 0 })));
      const ids = await demo.send(
        ...values.map((value) => task(`not-forced-${value}`, { delayMs: 0, force: value })),
      );
      await demo.allEnded();

      expect(await Promise.all(ids.map((id) => demo.runs(id)))).toEqual([[], [], [], []]);
    });

    it('takes the backlog in the order of priority, and delays negative ones also when idle', async () => {
      await sendMany(20, { delayMs: 0 });
      await demo.allEnded();
      const ids = await demo.send(
        task('absent', { delayMs: 0 }),
        task('low', { delayMs: 0, priority: -60 }),
        task('zero', { delayMs: 0, priority: 0 }),
        task('high', { delayMs: 0, priority: 600 }),
      );
      await demo.allEnded();

      const [absent, low, zero, high] = await Promise.all(
        ids.map(async (id) => demo.since((await demo.run(id)).startedAt ?? '')),
      );
      expect({ absent, low, zero, high }).toEqual({
        high: 3 * SECOND,
        absent: 6 * SECOND,
        zero: 9 * SECOND,
        low: 60 * SECOND,
      });
    });
  });
}
