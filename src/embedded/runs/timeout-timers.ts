import { Injectable } from '@nestjs/common';
import { Clock } from '../../clock/index.js';
import { nextTimeout, timedOutReason, type RunTimeout } from '../flow-control/index.js';
import type { AppFunction } from '../functions/app-function.js';
import { FunctionPauses } from '../functions/function-pauses.js';
import { FunctionRegistry } from '../functions/function-registry.js';
import { hasEnded, RunStore, type Run } from '../store/run.store.js';
import type { Timer } from '../store/timer.store.js';
import { Timers } from '../timers/timers.js';
import { RunProgress } from './run-progress.js';

const KINDS = { start: 'start-timeout', finish: 'finish-timeout' } as const;

/** Cancels runs that do not start, or do not finish, within the timeouts of their function. */
@Injectable()
export class TimeoutTimers {
  constructor(
    private readonly timers: Timers,
    private readonly runs: RunStore,
    private readonly clock: Clock,
    private readonly pauses: FunctionPauses,
    functions: FunctionRegistry,
    progress: RunProgress,
  ) {
    const cancel = (kind: RunTimeout['kind']) => (timer: Timer) => {
      const run = runs.get(timer.runId ?? '');
      if (!run) return;
      // Timers that an earlier version stored have no payload.
      const registered = functions.byId(run.functionId)?.flow.timeouts?.[`${kind}Ms`];
      const afterMs = Number(timer.payload ?? registered ?? 0);
      if (kind === 'start' && this.isExtendedByPause(run, timer, afterMs)) return;
      progress.cancel(run, timedOutReason(kind, afterMs));
    };
    timers.on(KINDS.start, cancel('start'));
    timers.on(KINDS.finish, cancel('finish'));
  }

  /**
   * Sets the timer for the timeout that applies to the run now, and removes the other one. A part of the caller's
   * transaction, which has just created the run, started it, or stored a function with other timeouts.
   */
  apply({ flow }: AppFunction, run: Run): void {
    const due = hasEnded(run)
      ? undefined
      : nextTimeout(flow.timeouts ?? {}, this.countedFrom(run), this.steady(run.startedAt));
    // The time during a pause does not count. Resuming the function sets the timer.
    const isHeld = due?.kind === 'start' && this.pauses.of(run.functionId) !== undefined;
    for (const [kind, name] of Object.entries(KINDS)) {
      const id = `${name}:${run.id}`;
      if (due?.kind !== kind || isHeld) this.timers.remove(id);
      else
        this.timers.set({ id, kind: name, at: due.at, scale: 'steady', runId: run.id, payload: due.afterMs });
    }
  }

  /** Whether a pause of its function gives the run more time to start. If the pause has ended, this sets the timer anew. */
  private isExtendedByPause(run: Run, timer: Timer, afterMs: number): boolean {
    if (this.pauses.of(run.functionId)) return true;
    const at = this.countedFrom(run) + afterMs;
    if (at <= this.clock.steady()) return false;
    this.timers.set({ ...timer, at, scale: 'steady' });
    return true;
  }

  /** When the timeout for starting begins, in steady time: the run's queue time plus the time of pauses since then. */
  private countedFrom(run: Run): number {
    const queuedAt = this.steady(run.queuedAt);
    return queuedAt + this.pauses.pausedMs(run.functionId, queuedAt, this.clock.steady());
  }

  /** Converts a time of the run to steady time, at most now: if the wall clock was put back since, it could be later. */
  private steady(wall: number): number;
  private steady(wall: number | null): number | undefined;
  private steady(wall: number | null): number | undefined {
    return wall === null ? undefined : Math.min(this.clock.toSteady(wall), this.clock.steady());
  }
}
