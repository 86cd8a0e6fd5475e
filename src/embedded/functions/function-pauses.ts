import { Injectable } from '@nestjs/common';
import { isoTime } from '../../common/iso-time.js';
import { PauseStore, type Pause, type PausedSpan } from '../store/pause.store.js';

/** What is in memory of the pauses. */
interface Known {
  pauses: ReadonlyMap<string, Pause>;
  spans: readonly PausedSpan[];
}

/**
 * Which functions are paused, and for how long they were. A registration changes nothing about it. Kept in memory, because
 * every call that is chosen asks.
 */
@Injectable()
export class FunctionPauses {
  private known: Known | undefined;

  constructor(private readonly store: PauseStore) {}

  /** How the function is paused; undefined when it is not. */
  of(functionId: string): Pause | undefined {
    return this.load().pauses.get(functionId);
  }

  /** For how many milliseconds the function was paused between two moments of steady time, up to its last resumption. */
  pausedMs(functionId: string, from: number, to: number): number {
    return this.load()
      .spans.filter((span) => span.functionId === functionId)
      .reduce((sum, { began, ended }) => sum + Math.max(0, Math.min(ended, to) - Math.max(began, from)), 0);
  }

  /** Pauses the function, or changes how. The last thing of the caller's transaction. */
  set(pause: Pause): void {
    this.store.save(pause);
    this.known = undefined;
  }

  /**
   * Ends a pause. The last thing of the caller's transaction.
   *
   * @param now in steady time
   * @param oldest when the oldest run was queued that has not started, in steady time
   */
  end({ functionId, steadyAt }: Pause, now: number, oldest: number): void {
    this.store.remove(functionId);
    this.store.addSpan({ functionId, began: steadyAt, ended: now });
    this.store.forgetSpansBefore(functionId, oldest);
    this.known = undefined;
  }

  private load(): Known {
    this.known ??= {
      pauses: new Map(this.store.all().map((pause) => [pause.functionId, pause])),
      spans: this.store.spans(),
    };
    return this.known;
  }
}

/** Why a run of a paused function waits, for people. */
export function pausedReason({ pausedAt }: Pause): string {
  return `waiting: its function is paused since ${isoTime(pausedAt)}`;
}

/** Why an event starts no run of a paused function, for people. */
export function pausedSkipReason({ pausedAt, newRuns }: Pause): string {
  const why = newRuns === 'skip' ? 'and skips new runs' : 'and schedules are skipped meanwhile';
  return `skipped: the function is paused since ${isoTime(pausedAt)}, ${why}`;
}
