import { Injectable } from '@nestjs/common';
import { Clock } from '../../clock/index.js';
import { nextTimeout, timedOutReason, type RunTimeout } from '../flow-control/index.js';
import type { AppFunction } from '../functions/app-function.js';
import { FunctionRegistry } from '../functions/function-registry.js';
import { hasEnded, RunStore, type Run } from '../store/run.store.js';
import type { Timer } from '../store/timer.store.js';
import { Timers } from '../timers/timers.js';
import { RunProgress } from './run-progress.js';

const KINDS = { start: 'start-timeout', finish: 'finish-timeout' } as const;

/** Cancels runs that do not start, or do not finish, in the time that their function allows. */
@Injectable()
export class TimeoutTimers {
  constructor(
    private readonly timers: Timers,
    private readonly runs: RunStore,
    private readonly clock: Clock,
    functions: FunctionRegistry,
    progress: RunProgress,
  ) {
    const cancel = (kind: RunTimeout['kind']) => (timer: Timer) => {
      const run = runs.get(timer.runId ?? '');
      if (!run) return;
      // A timer of an earlier version does not know its value.
      const registered = functions.byId(run.functionId)?.flow.timeouts?.[`${kind}Ms`];
      progress.cancel(run, timedOutReason(kind, Number(timer.payload ?? registered ?? 0)));
    };
    timers.on(KINDS.start, cancel('start'));
    timers.on(KINDS.finish, cancel('finish'));
  }

  /**
   * Sets the timer that threatens the run now, and removes the other one. A part of the caller's transaction, which has
   * just made the run, started it, or taken in a function with other timeouts.
   */
  apply({ flow }: AppFunction, run: Run): void {
    const due = hasEnded(run)
      ? undefined
      : nextTimeout(flow.timeouts ?? {}, this.steady(run.queuedAt), this.steady(run.startedAt));
    for (const [kind, name] of Object.entries(KINDS)) {
      const id = `${name}:${run.id}`;
      if (due?.kind !== kind) this.timers.remove(id);
      else
        this.timers.set({ id, kind: name, at: due.at, scale: 'steady', runId: run.id, payload: due.afterMs });
    }
  }

  /** A moment of a run; one from before the wall clock was put back is not later than now. */
  private steady(wall: number): number;
  private steady(wall: number | null): number | undefined;
  private steady(wall: number | null): number | undefined {
    return wall === null ? undefined : Math.min(this.clock.toSteady(wall), this.clock.steady());
  }
}
