import { Injectable } from '@nestjs/common';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Clock } from '../../clock/index.js';
import { QueueStore } from '../store/queue.store.js';
import { WAIT_REASONS, WaitReasons, type WaitReason } from './wait-reasons.js';

/** How many calls are counted in one turn of the process: at worst each is in a lane of its own, at about 50 µs. */
const COUNTED_AT_ONCE = 100;

/** The calls that wait for one reason. */
export interface Depth {
  readonly reason: WaitReason;
  readonly calls: number;
  /** For how long the first of them has been queued, in milliseconds; 0 without calls. */
  readonly oldestMs: number;
}

/** Counts the calls of the queue by what they wait for. Nothing is counted unless somebody asks. */
@Injectable()
export class QueueDepth {
  constructor(
    private readonly queue: QueueStore,
    private readonly reasons: WaitReasons,
    private readonly clock: Clock,
  ) {}

  /**
   * Reads the whole queue page by page, with other work in between, so that what changes meanwhile may be counted or not.
   *
   * @returns one entry for every reason, also for those that hold up nothing
   * @throws StoreUnavailableError
   */
  async count(): Promise<Depth[]> {
    const found = new Map<WaitReason, { calls: number; oldest: number }>();
    for (let after = 0; ; await nextTurn()) {
      const page = this.queue.alike(after, COUNTED_AT_ONCE);
      for (const calls of page) {
        const reason = this.reasons.reasonOf(calls);
        const before = found.get(reason) ?? { calls: 0, oldest: Infinity };
        found.set(reason, {
          calls: before.calls + calls.count,
          oldest: Math.min(before.oldest, calls.oldest),
        });
        after = Math.max(after, calls.last);
      }
      if (page.reduce((sum, { count }) => sum + count, 0) < COUNTED_AT_ONCE) break;
    }
    const now = this.clock.now();
    return WAIT_REASONS.map((reason) => {
      const { calls, oldest } = found.get(reason) ?? { calls: 0, oldest: now };
      return { reason, calls, oldestMs: Math.max(0, now - oldest) };
    });
  }
}
