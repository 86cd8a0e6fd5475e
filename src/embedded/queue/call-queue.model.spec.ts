import { setImmediate as nextTurn } from 'node:timers/promises';
import * as fc from 'fast-check';
import { itSlowly } from '../../../test/support/slow-tests.js';
import type { QueueItem } from '../store/queue.store.js';
import { BareQueue } from './testing/bare-queue.js';
import { NaiveQueue, type FunctionModel, type RunModel } from './testing/naive-queue.js';

const SECOND = 1_000;

describe('CallQueue, compared with a model that sorts all calls and takes the first that may be made', () => {
  const bothTakeTheSame = (): fc.IProperty<unknown> =>
    fc.property(
      fc.tuple(functionModel, functionModel),
      fc.array(command, { minLength: 30, maxLength: 80 }),
      (functions, commands) => {
        const pair = new QueueAndModel(functions);
        for (const run of commands) run(pair);
        expect(pair.drain()).toEqual({
          functionsWithManyLanes: 0,
          limitsOfNoLane: 0,
          limitsOfManyLanes: 0,
        });
      },
    );

  it('takes the same calls as the model after any sequence of starts, ends, sleeps, retries, cancellations and restarts', () => {
    fc.assert(bothTakeTheSame());
  });

  // A few of a thousand sequences have two functions with different limits for the same slots, and reach both limits.
  itSlowly('takes the same calls as the model after 1,500 such sequences', async () => {
    for (let part = 0; part < 15; part++) {
      fc.assert(bothTakeTheSame());
      await nextTurn();
    }
  });
});

/** The queue and its model, which get the same commands. */
class QueueAndModel {
  readonly real: BareQueue;
  private readonly model: NaiveQueue;
  private running: QueueItem[] = [];
  private sleeping: { runId: string; until: number }[] = [];

  constructor(functions: readonly FunctionModel[]) {
    this.real = new BareQueue(functions.map(configOf));
    this.model = new NaiveQueue(functions);
  }

  start(run: RunModel): void {
    this.model.enqueueStart(this.real.start(run.fn, run), run, this.real.now);
  }

  /** Takes the first call from both. Returns whether there was one. @throws Error when they differ */
  take(): boolean {
    let item = this.real.take();
    while (item === 'later') item = this.real.take();
    const expected = this.model.firstScore(this.real.now);
    // Either may take any of the calls that have the same score.
    if (item?.score !== expected) throw new Error(`Took one of score ${item?.score}, not ${expected}.`);
    if (!item) return false;
    this.model.take(item.runId, this.real.now);
    this.running.push(item);
    return true;
  }

  /** Ends one of the calls that are executing, if there is one. */
  end(index: number, how: 'finish' | 'sleep' | 'retry', ms: number): void {
    const [item] = this.running.splice(index % Math.max(1, this.running.length), 1);
    if (!item) return;
    const { runId } = item;
    const at = this.real.now + ms;
    if (how === 'retry') {
      this.real.queue.retry(item, this.real.run(runId), item.attempt + 1, at);
      this.model.retry(runId, at);
      return;
    }
    this.real.queue.finish(item);
    this.model.finish(runId);
    if (how === 'sleep') this.sleeping.push({ runId, until: at });
  }

  /**
   * In one transaction: ends some of the calls that are executing, queues the next call of these runs, starts other runs,
   * and takes as many calls as it can. The first `endAtOnce` of them end when they are taken, as those of runs that have ended.
   */
  continue(index: number, count: number, runs: readonly RunModel[], endAtOnce: number): void {
    const ended = this.running.splice(index % Math.max(1, this.running.length), count);
    this.real.db.transaction(() => {
      for (const item of ended) {
        this.real.queue.finish(item);
        this.model.finish(item.runId);
      }
      for (const { runId } of ended) {
        this.real.queue.enqueueContinue(this.real.run(runId));
        this.model.enqueueContinue(runId, this.real.now);
      }
      for (const run of runs) this.start(run);
      for (let taken = 1; this.take(); taken++) {
        if (taken <= endAtOnce) this.end(this.running.length - 1, 'finish', 0);
      }
    });
  }

  /** Cancels one of the runs whose calls wait, if there is one. */
  cancel(index: number): void {
    const { waiting } = this.model;
    const runId = waiting[index % Math.max(1, waiting.length)];
    if (runId === undefined) return;
    this.real.db.transaction(() => this.real.queue.endRun(runId));
    this.model.finish(runId);
  }

  advance(ms: number): void {
    const now = (this.real.now += ms);
    const awake = this.sleeping.filter(({ until }) => until <= now);
    this.sleeping = this.sleeping.filter(({ until }) => until > now);
    for (const { runId } of awake) {
      this.real.queue.enqueueContinue(this.real.run(runId));
      this.model.enqueueContinue(runId, now);
    }
  }

  restart(isOldFile: boolean): void {
    this.real.restart({ isOldFile });
    this.model.restart(this.real.now);
    this.running = [];
  }

  /** Takes and ends all calls. Returns what is left then that should not be: a function keeps one lane, with its limits. */
  drain(): Record<'functionsWithManyLanes' | 'limitsOfNoLane' | 'limitsOfManyLanes', number> {
    while (this.model.size > 0 || this.sleeping.length > 0) {
      while (this.take());
      while (this.running.length > 0) this.end(0, 'finish', 0);
      this.advance(SECOND);
    }
    this.take();
    const count = (sql: string): number => this.real.db.all(sql).length;
    const left = {
      functionsWithManyLanes: count('SELECT 1 FROM lane GROUP BY function_id HAVING count(*) > 1'),
      limitsOfNoLane: count(`WITH RECURSIVE above (id) AS (
          SELECT gate FROM lane UNION SELECT parent FROM above JOIN gate USING (id))
        SELECT 1 FROM gate WHERE id NOT IN above`),
      limitsOfManyLanes: count('SELECT 1 FROM gate WHERE lanes <> 1'),
    };
    this.real.close();
    return left;
  }
}

/** The function as an app registers it. */
function configOf({ throttle, concurrency, hasPriority }: FunctionModel): object {
  const keyOf = (key: string | undefined): object => (key ? { key: `event.data.${key}` } : {});
  return {
    concurrency: concurrency.map(({ limit, scope, key }) => ({ limit, scope, ...keyOf(key) })),
    ...(throttle && {
      throttle: {
        limit: throttle.limit,
        period: `${(throttle.limit * throttle.everyMs) / SECOND}s`,
        burst: throttle.burst,
        ...keyOf(throttle.key),
      },
    }),
    ...(hasPriority && { priority: { run: 'int(event.data.priority)' } }),
  };
}

const limit = fc.integer({ min: 1, max: 3 });
const key = fc.constantFrom('user' as const, 'plan' as const);
const keyOrNone = fc.option(key, { nil: undefined });
const functionModel: fc.Arbitrary<FunctionModel> = fc.record({
  throttle: fc.option(
    fc.record({ limit, everyMs: fc.constantFrom(SECOND, 5 * SECOND), burst: fc.nat(2), key: keyOrNone }),
    { nil: undefined },
  ),
  concurrency: fc.array(
    fc.oneof(
      fc.record({ limit, scope: fc.constant('fn' as const), key: keyOrNone }),
      fc.record({ limit, scope: fc.constant('env' as const), key }),
    ),
    { maxLength: 2 },
  ),
  hasPriority: fc.boolean(),
});
const runModel: fc.Arbitrary<RunModel> = fc.record({
  fn: fc.nat(1),
  user: fc.constantFrom('user-a', 'user-b', 'user-c'),
  plan: fc.constantFrom('plan-x', 'plan-y'),
  priority: fc.integer({ min: -20, max: 20 }),
});

type Command = (pair: QueueAndModel) => void;

const starts = fc.array(runModel, { minLength: 1, maxLength: 6 }).map(
  (runs): Command =>
    (pair) =>
      runs.forEach((run) => pair.start(run)),
);
const takes = fc.constant<Command>((pair) => void pair.take());
const ends = fc
  .tuple(fc.nat(9), fc.constantFrom('finish', 'sleep', 'retry'), fc.integer({ min: 0, max: 20 * SECOND }))
  .map(
    (how): Command =>
      (pair) =>
        pair.end(...how),
  );
const continues = fc.tuple(fc.nat(9), fc.nat(4), fc.array(runModel, { maxLength: 4 }), fc.nat(3)).map(
  (how): Command =>
    (pair) =>
      pair.continue(...how),
);
const cancels = fc.nat(9).map(
  (index): Command =>
    (pair) =>
      pair.cancel(index),
);
const advances = fc.integer({ min: 1, max: 10 * SECOND }).map(
  (ms): Command =>
    (pair) =>
      pair.advance(ms),
);
const restarts = fc.boolean().map(
  (isOldFile): Command =>
    (pair) =>
      pair.restart(isOldFile),
);
const command = fc.oneof(
  { weight: 4, arbitrary: starts },
  { weight: 8, arbitrary: takes },
  { weight: 4, arbitrary: ends },
  { weight: 4, arbitrary: continues },
  { weight: 2, arbitrary: cancels },
  { weight: 3, arbitrary: advances },
  { weight: 1, arbitrary: restarts },
);
