import { Injectable } from '@nestjs/common';
import { Clock } from '../../clock/index.js';
import type { OpTiming } from '../protocol/ops.js';
import type { QueueItem } from '../store/queue.store.js';

export interface Timing {
  startedAt: number;
  endedAt: number;
}

const NANOSECONDS_PER_MS = 1e6;
/** How far the app's clock may be off before its own timing is not believed. */
const TOLERANCE_MS = 50;

/**
 * When the steps of a call began and ended. The app's own measurement is believed where it fits between what this
 * server saw, the end of the step before and now; an app whose clock is off gets that span instead, and so does every
 * app in virtual time, which its measurement is not in.
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
