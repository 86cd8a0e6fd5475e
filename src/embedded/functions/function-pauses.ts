import { Injectable } from '@nestjs/common';
import { isoTime } from '../../common/iso-time.js';
import { PauseStore, type Pause, type PausedSpan } from '../store/pause.store.js';

/** The rows of the store, in memory. */
interface Cached {
  pauses: ReadonlyMap<string, Pause>;
  spans: readonly PausedSpan[];
}

/**
 * Knows which functions are paused, and for how long functions were paused. A registration does not change pauses. They are
 * kept in memory, because the queue reads them for every call that it chooses.
 */
@Injectable()
export class FunctionPauses {
  private cached: Cached | undefined;

  constructor(private readonly store: PauseStore) {}

  /** The pause of the function; undefined if it is not paused. */
  of(functionId: string): Pause | undefined {
    return this.load().pauses.get(functionId);
  }

  /** How many milliseconds the function was paused between two steady times. It does not count a pause that still lasts. */
  pausedMs(functionId: string, from: number, to: number): number {
    return this.load()
      .spans.filter((span) => span.functionId === functionId)
      .reduce((sum, { began, ended }) => sum + Math.max(0, Math.min(ended, to) - Math.max(began, from)), 0);
  }

  /** Pauses the function, or changes its pause. It must be the last statement of the caller's transaction. */
  set(pause: Pause): void {
    this.store.save(pause);
    this.cached = undefined;
  }

  /**
   * Ends a pause. It must be the last statement of the caller's transaction.
   *
   * @param now in steady time
   * @param oldest when the oldest run that has not started was queued, in steady time
   */
  end({ functionId, steadyAt }: Pause, now: number, oldest: number): void {
    this.store.remove(functionId);
    this.store.addSpan({ functionId, began: steadyAt, ended: now });
    this.store.forgetSpansBefore(functionId, oldest);
    this.cached = undefined;
  }

  private load(): Cached {
    this.cached ??= {
      pauses: new Map(this.store.all().map((pause) => [pause.functionId, pause])),
      spans: this.store.spans(),
    };
    return this.cached;
  }
}

/** A sentence that says why a run of a paused function waits. */
export function pausedReason({ pausedAt }: Pause): string {
  return `waiting: its function is paused since ${isoTime(pausedAt)}`;
}

/** A sentence that says why an event starts no run of a paused function. */
export function pausedSkipReason({ pausedAt, newRuns }: Pause): string {
  const why = newRuns === 'skip' ? 'and skips new runs' : 'and schedules are skipped meanwhile';
  return `skipped: the function is paused since ${isoTime(pausedAt)}, ${why}`;
}
