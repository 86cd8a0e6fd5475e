import { Injectable } from '@nestjs/common';
import { QueueStore, type NewQueueItem, type QueueItem, type Requeue } from '../store/queue.store.js';
import { Lanes } from './lanes.js';

/** How many delayed calls one turn makes ready, so that it stays short. */
const PROMOTED_PER_TURN = 100;

/** Changes the rows of the queue, and with each change updates the heads (lowest scores) of their lanes and limits. */
@Injectable()
export class QueuedCalls {
  constructor(
    private readonly store: QueueStore,
    private readonly lanes: Lanes,
  ) {}

  /** @param hold holds a ready call, until {@link addToHeads} or {@link setRunning} */
  insert(item: NewQueueItem, ready: boolean, hold: (added: QueueItem) => void): void {
    const added = this.store.insert(item, ready);
    if (ready) hold(added);
  }

  /** Updates the heads with a call that was held, if it still is in its lane. */
  addToHeads({ id, lane }: QueueItem): void {
    const now = this.store.get(id);
    if (now?.state !== 'ready' || now.lane !== lane) return;
    // The head of the lane is this call, or stays.
    if (now.score < (this.lanes.head(lane) ?? Infinity)) this.lanes.setHead(lane, now.score);
  }

  /** Makes delayed calls ready whose time has come. Returns whether there may be more, which another turn has to do. */
  promoteDue(now: number): boolean {
    const lanes = this.store.promoteDue(now, PROMOTED_PER_TURN);
    for (const lane of new Set(lanes)) this.refreshHead(lane);
    return lanes.length === PROMOTED_PER_TURN;
  }

  setRunning(item: QueueItem, requestId: string, now: number): QueueItem {
    const running = this.store.setRunning(item, requestId, now);
    // A call that was held is not in the head, unless another call of the lane has changed meanwhile.
    if ((this.lanes.head(item.lane) ?? Infinity) <= item.score) this.refreshHead(item.lane);
    return running;
  }

  /** Requeues a call that was taken. */
  requeue(item: Pick<QueueItem, 'id' | 'lane'>, again: Requeue): void {
    const ready = this.store.requeue(item.id, again);
    if (ready) this.refreshHead(again.lane);
    if (item.lane !== again.lane) {
      this.refreshHead(item.lane);
      this.lanes.dropIfEmpty(item.lane);
    } else if (!ready) this.refreshHead(item.lane);
  }

  /** Moves a waiting call to another lane, with its score. */
  move({ id, lane, state }: QueueItem, to: number): void {
    if (lane === to) return;
    this.store.setLane(id, to);
    if (state === 'ready') {
      this.refreshHead(lane);
      this.refreshHead(to);
    }
    this.lanes.dropIfEmpty(lane);
  }

  remove(id: string): void {
    const removed = this.store.remove(id);
    if (!removed) return;
    if (removed.state === 'ready') this.refreshHead(removed.lane);
    this.lanes.dropIfEmpty(removed.lane);
  }

  /** Delays a call after an error of this server, and stores the error with it. */
  delay(item: QueueItem, { at, error }: { at: number; error: string }): void {
    this.store.delay(item.id, { at, failures: item.failures + 1, error });
    this.refreshHead(item.lane);
  }

  /** Sets a call aside, with the error that occurred. */
  setAside(item: Pick<QueueItem, 'id' | 'lane'>, error: string, now: number): void {
    this.store.setAside(item.id, error, now);
    this.refreshHead(item.lane);
  }

  /** Recomputes the head of the lane. */
  refreshHead(lane: number): void {
    this.lanes.setHead(lane, this.store.headOf(lane)?.score ?? null);
  }
}
