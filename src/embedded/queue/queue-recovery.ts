import type { Clock } from '../../clock/index.js';
import { QueueStore, type QueueItem, type Suspicion } from '../store/queue.store.js';
import type { RunStore } from '../store/run.store.js';
import type { Lanes } from './lanes.js';
import type { QueuedCalls } from './queued-calls.js';

/** How many rows of each kind one piece deals with: a transaction must stay short, however many there are. */
const ROWS_PER_PIECE = 100;

/**
 * Brings the queue of a server that has ended into order, piece by piece. No call may be under way meanwhile. What is done
 * needs no doing again, so it goes on where it was when the process ends before it is over.
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
   * Does one piece.
   *
   * @param areSuspect whether the calls that were under way are suspect of having ended the process
   * @returns whether there may be more
   */
  piece(areSuspect: boolean): boolean {
    return this.lanes.clearSlots(ROWS_PER_PIECE) || this.placeSome() || this.requeueSome(areSuspect);
  }

  /** The calls of a file from before there was a tree of limits are in no lane. */
  private placeSome(): boolean {
    const items = this.queue.withoutLane(ROWS_PER_PIECE);
    for (const item of items) {
      this.calls.move(item, this.lanes.idFor(this.runs.getOrThrow(item.runId), item.kind, item));
    }
    return items.length === ROWS_PER_PIECE;
  }

  /** Calls that were under way are made again, since it is unknown how far they got; so are those that were set aside. */
  private requeueSome(areSuspect: boolean): boolean {
    const running = this.queue.running(ROWS_PER_PIECE);
    for (const item of running) {
      const { suspect, uncounted } = item;
      const suspicion = areSuspect ? { suspect: true, uncounted: uncounted + 1 } : { suspect, uncounted };
      this.requeue(item, suspicion);
    }
    if (running.length === ROWS_PER_PIECE) return true;
    const setAside = this.queue.setAsideItems(ROWS_PER_PIECE);
    for (const item of setAside) this.requeue(item, item);
    return setAside.length === ROWS_PER_PIECE;
  }

  private requeue(item: QueueItem, suspicion: Suspicion): void {
    const run = this.runs.getOrThrow(item.runId);
    // Their throttle permits are used: they go on, they do not start again.
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
