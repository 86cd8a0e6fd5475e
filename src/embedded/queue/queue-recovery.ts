import type { Clock } from '../../clock/index.js';
import { QueueStore, type QueueItem, type Suspicion } from '../store/queue.store.js';
import type { RunStore } from '../store/run.store.js';
import type { Lanes } from './lanes.js';
import type { QueuedCalls } from './queued-calls.js';

/** How many rows of each kind one transaction processes, so that it stays short however many there are. */
const ROWS_PER_TRANSACTION = 100;

/**
 * Repairs, at startup, the queue that the last process left. No call may be under way meanwhile. It needs several
 * transactions; if the process ends between them, the next start continues with the rows that are left.
 */
export class QueueRecovery {
  constructor(
    private readonly queue: QueueStore,
    private readonly calls: QueuedCalls,
    private readonly lanes: Lanes,
    private readonly runs: RunStore,
    private readonly clock: Clock,
  ) {}

  /**
   * Repairs a bounded number of rows.
   *
   * @param areSuspect whether one of the calls that were under way may have ended the process
   * @returns whether there may be more
   */
  recoverSome(areSuspect: boolean): boolean {
    return this.lanes.openSlots() || this.addMissingLanes() || this.requeueSome(areSuspect);
  }

  /** Puts calls without a lane into one: a version that had no tree of limits wrote them. */
  private addMissingLanes(): boolean {
    const items = this.queue.withoutLane(ROWS_PER_TRANSACTION);
    for (const item of items) {
      this.calls.move(item, this.lanes.idFor(this.runs.getOrThrow(item.runId), item.kind, item));
    }
    return items.length === ROWS_PER_TRANSACTION;
  }

  /** Requeues calls that were under way, because it is unknown how far they got, and calls that were set aside. */
  private requeueSome(areSuspect: boolean): boolean {
    const running = this.queue.running(ROWS_PER_TRANSACTION);
    for (const item of running) {
      const { suspect, uncounted } = item;
      const suspicion = areSuspect ? { suspect: true, uncounted: uncounted + 1 } : { suspect, uncounted };
      this.requeue(item, suspicion);
    }
    if (running.length === ROWS_PER_TRANSACTION) return true;
    const setAside = this.queue.setAsideItems(ROWS_PER_TRANSACTION);
    for (const item of setAside) this.requeue(item, item);
    return setAside.length === ROWS_PER_TRANSACTION;
  }

  private requeue(item: QueueItem, suspicion: Suspicion): void {
    const run = this.runs.getOrThrow(item.runId);
    // `continue`: a start call has already used its throttle's permit.
    const lane = this.lanes.idFor(run, 'continue', suspicion);
    const now = this.clock.steady();
    const { attempt, score } = item;
    this.calls.requeue(item, {
      lane,
      attempt,
      at: now,
      score,
      now,
      queuedAt: this.clock.now(),
      suspicion,
    });
  }
}
