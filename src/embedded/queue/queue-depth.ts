import { Injectable } from '@nestjs/common';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Clock } from '../../clock/index.js';
import { QueueStore } from '../store/queue.store.js';
import { WAIT_REASONS, WaitReasons, type WaitReason } from './wait-reasons.js';

/** How many calls one turn counts. In the worst case each is in another lane and takes about 50 µs. */
const COUNTED_PER_TURN = 100;

/** The number of calls that wait for one reason. */
export interface Depth {
  readonly reason: WaitReason;
  readonly calls: number;
  /** For how long the oldest of them has been queued, in milliseconds; 0 without calls. */
  readonly oldestMs: number;
}

/** Counts the calls of the queue by the reason for which they wait. It keeps no counters: it counts when it is asked. */
@Injectable()
export class QueueDepth {
  constructor(
    private readonly queue: QueueStore,
    private readonly reasons: WaitReasons,
    private readonly clock: Clock,
  ) {}

  /**
   * Reads the whole queue in pages and lets other work run between them, so that it may miss calls that change meanwhile.
   *
   * @returns one entry for every reason, including those without calls
   * @throws StoreUnavailableError
   */
  async count(): Promise<Depth[]> {
    const found = new Map<WaitReason, { calls: number; oldest: number }>();
    for (let after = 0; ; await nextTurn()) {
      const page = this.queue.alike(after, COUNTED_PER_TURN);
      for (const calls of page) {
        const reason = this.reasons.reasonOf(calls);
        const before = found.get(reason) ?? { calls: 0, oldest: Infinity };
        found.set(reason, {
          calls: before.calls + calls.count,
          oldest: Math.min(before.oldest, calls.oldest),
        });
        after = Math.max(after, calls.last);
      }
      if (page.reduce((sum, { count }) => sum + count, 0) < COUNTED_PER_TURN) break;
    }
    const now = this.clock.now();
    return WAIT_REASONS.map((reason) => {
      const { calls, oldest } = found.get(reason) ?? { calls: 0, oldest: now };
      return { reason, calls, oldestMs: Math.max(0, now - oldest) };
    });
  }
}
