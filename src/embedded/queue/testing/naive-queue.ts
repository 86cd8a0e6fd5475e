/** The flow control of a function. */
export interface FunctionModel {
  /** Allows `limit + burst` starts after an idle time, then one every `everyMs`. */
  throttle: { limit: number; everyMs: number; burst: number; key: Key | undefined } | undefined;
  concurrency: { limit: number; scope: 'fn' | 'env'; key: Key | undefined }[];
  hasPriority: boolean;
}

export interface RunModel {
  /** The function's index. */
  fn: number;
  user: string;
  plan: string;
  /** In seconds. */
  priority: number;
}

type Key = 'user' | 'plan';

interface CallModel {
  run: RunModel;
  isStart: boolean;
  isRunning: boolean;
  earliest: number;
  score: number;
}

/**
 * A slow queue that follows the definitions of flow control literally, for tests: to find the next call it checks all
 * calls. A run has at most one call.
 */
export class NaiveQueue {
  private readonly calls = new Map<string, CallModel>();
  private readonly runs = new Map<string, { run: RunModel; queuedAt: number }>();
  private readonly starts: { run: RunModel; at: number }[] = [];

  constructor(private readonly functions: readonly FunctionModel[]) {}

  /** The number of calls. */
  get size(): number {
    return this.calls.size;
  }

  /** The runs whose calls wait. */
  get waiting(): string[] {
    return [...this.calls].flatMap(([id, { isRunning }]) => (isRunning ? [] : [id]));
  }

  enqueueStart(id: string, run: RunModel, now: number): void {
    this.runs.set(id, { run, queuedAt: now });
    this.enqueue(id, true, now);
  }

  enqueueContinue(id: string, now: number): void {
    this.enqueue(id, false, now);
  }

  /** The lowest score of the calls that may be made now; undefined when there are none. */
  firstScore(now: number): number | undefined {
    return [...this.calls.values()]
      .filter((call) => this.may(call, now))
      .map(({ score }) => score)
      .toSorted((a, b) => a - b)[0];
  }

  /** @throws Error when the run's call must not be made now */
  take(id: string, now: number): void {
    const call = this.calls.get(id);
    if (!call || !this.may(call, now)) throw new Error(`${id} must not be called now.`);
    call.isRunning = true;
    if (call.isStart) this.starts.push({ run: call.run, at: now });
  }

  /** Removes the run's call: it is over, or its run was cancelled. */
  finish(id: string): void {
    this.calls.delete(id);
  }

  retry(id: string, at: number): void {
    const call = this.calls.get(id);
    if (call) Object.assign(call, { isStart: false, isRunning: false, earliest: at, score: at });
  }

  /** Requeues the calls under way. They do not count as starts any more, because they have used their permits. */
  restart(now: number): void {
    for (const call of this.calls.values()) {
      if (call.isRunning) Object.assign(call, { isStart: false, isRunning: false, earliest: now });
    }
  }

  private enqueue(id: string, isStart: boolean, now: number): void {
    const { run, queuedAt } = this.runs.get(id)!;
    const aheadMs = this.functions[run.fn]!.hasPriority ? run.priority * 1_000 : 0;
    this.calls.set(id, {
      run,
      isStart,
      isRunning: false,
      earliest: aheadMs < 0 ? now - aheadMs : now,
      score: queuedAt - aheadMs,
    });
  }

  private may({ run, isStart, isRunning, earliest }: CallModel, now: number): boolean {
    if (isRunning || earliest > now) return false;
    const { concurrency, throttle } = this.functions[run.fn]!;
    const isFree = concurrency.every(({ limit, scope, key }) => {
      const executing = [...this.calls.values()].filter(
        (other) =>
          other.isRunning &&
          (scope === 'fn'
            ? other.run.fn === run.fn && (!key || other.run[key] === run[key])
            : this.sharesInEnv(other.run, run[key!])),
      );
      return executing.length < limit;
    });
    return isFree && (!isStart || !throttle || this.hasPermit(run, now));
  }

  /** Whether the run counts towards the limit of the whole environment for this value. */
  private sharesInEnv(run: RunModel, value: string): boolean {
    return this.functions[run.fn]!.concurrency.some(
      ({ scope, key }) => scope === 'env' && run[key!] === value,
    );
  }

  /** A bucket that holds up to `limit + burst` permits, loses one at each start and gains one every `everyMs`. */
  private hasPermit(run: RunModel, now: number): boolean {
    const { limit, everyMs, burst, key } = this.functions[run.fn]!.throttle!;
    const full = (limit + burst) * everyMs;
    let filled = full;
    let last = 0;
    for (const { run: other, at } of this.starts) {
      if (other.fn !== run.fn || (key && other[key] !== run[key])) continue;
      filled = Math.min(full, filled + at - last) - everyMs;
      last = at;
    }
    return Math.min(full, filled + now - last) >= everyMs;
  }
}
