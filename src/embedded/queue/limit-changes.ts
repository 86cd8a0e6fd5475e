import { Injectable } from '@nestjs/common';
import { Clock } from '../../clock/index.js';
import type { AppFunction } from '../functions/app-function.js';
import { concurrencySlots, throttleKey } from '../flow-control/index.js';
import { eventForApp } from '../protocol/event.js';
import { LimitTree } from './limit-tree.js';
import { Lanes } from './lanes.js';
import { QueuedCalls } from './queued-calls.js';
import { QueueStore } from '../store/queue.store.js';
import { RunStore, type Run } from '../store/run.store.js';

type Limits = Pick<Run, 'slots' | 'throttleKey'>;

/** Applies a function's changed limits to its existing runs. Calls under way keep the slots that they hold. */
@Injectable()
export class LimitChanges {
  constructor(
    private readonly runs: RunStore,
    private readonly queue: QueueStore,
    private readonly calls: QueuedCalls,
    private readonly lanes: Lanes,
    private readonly tree: LimitTree,
    private readonly clock: Clock,
  ) {}

  /** Opens the closed throttles of a function whose throttle has changed, because their opening times are wrong now. */
  openThrottles(functionId: string): void {
    this.tree.openThrottles(functionId);
  }

  /**
   * As {@link openThrottles}, for a bounded number of the function's throttles.
   *
   * @param after the result of the previous call; 0 for the first call
   * @returns undefined when all throttles are open
   */
  openSomeThrottles(functionId: string, after: number): number | undefined {
    return this.tree.openSomeThrottles(functionId, after);
  }

  /** Applies the function's limits to one run. A part of the caller's transaction. */
  applyTo(run: Run, fn: AppFunction): void {
    const limits = this.limitsOf(fn, run);
    if (!limits || isSame(run, limits)) return;
    this.runs.setLimits(run.id, limits);
    for (const item of this.queue.ofRun(run.id)) {
      if (item.state === 'running') continue;
      this.calls.move(item, this.lanes.idFor({ functionId: fn.id, ...limits }, item.kind, item));
    }
  }

  private limitsOf({ id, flow }: AppFunction, run: Run): Limits | undefined {
    const event = this.runs.firstEventOf(run.id);
    if (!event) return undefined;
    const variables = { event: eventForApp(event) };
    const now = this.clock.now();
    return {
      slots: concurrencySlots(id, flow.concurrency, variables, now),
      throttleKey: flow.throttle ? throttleKey(flow.throttle, variables, now) : null,
    };
  }
}

function isSame(run: Run, limits: Limits): boolean {
  return run.throttleKey === limits.throttleKey && JSON.stringify(run.slots) === JSON.stringify(limits.slots);
}
