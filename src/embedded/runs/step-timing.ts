import { Injectable } from '@nestjs/common';
import { Clock } from '../../clock/index.js';
import type { OpTiming } from '../protocol/ops.js';
import type { QueueItem } from '../store/queue.store.js';

export interface Timing {
  startedAt: number;
  endedAt: number;
}

const NANOSECONDS_PER_MS = 1e6;
/**
 * The largest difference, in milliseconds, between the app's and this server's clock for which the app's timing is used.
 */
const TOLERANCE_MS = 50;

/**
 * Determines when the steps of a call began and ended. It uses the app's measurement if that lies between the end of the
 * previous step and now. If not, because the app's clock differs, it uses that period. It also does so in virtual time,
 * because the app measures real time.
 */
@Injectable()
export class StepTiming {
  private readonly lastEnds = new Map<string, number>();

  constructor(private readonly clock: Clock) {}

  of(item: QueueItem, timing: OpTiming | undefined, now: number): Timing {
    const earliest = Math.max(item.calledAt ?? now, this.lastEnds.get(item.id) ?? 0);
    this.lastEnds.set(item.id, now);
    if (timing && !this.clock.isVirtual) {
      const startedAt = Math.floor(timing.a / NANOSECONDS_PER_MS);
      const endedAt = Math.ceil((timing.a + timing.b) / NANOSECONDS_PER_MS);
      if (startedAt >= earliest - TOLERANCE_MS && endedAt <= now + TOLERANCE_MS && endedAt >= startedAt) {
        const clamp = (time: number): number => Math.min(now, Math.max(earliest, time));
        this.lastEnds.set(item.id, clamp(endedAt));
        return { startedAt: clamp(startedAt), endedAt: clamp(endedAt) };
      }
    }
    return { startedAt: earliest, endedAt: now };
  }

  forget(item: QueueItem): void {
    this.lastEnds.delete(item.id);
  }
}
