import { Injectable } from '@nestjs/common';
import { FunctionRegistry } from '../functions/function-registry.js';
import { timedOutReason } from '../flow-control/index.js';
import { RunStore } from '../store/run.store.js';
import type { Timer } from '../store/timer.store.js';
import { RunProgress } from './run-progress.js';
import { Timers } from '../timers/timers.js';

export const START_TIMEOUT = 'start-timeout';
export const FINISH_TIMEOUT = 'finish-timeout';

/** Cancels runs that do not start, or do not finish, in the time that their function allows. */
@Injectable()
export class TimeoutTimers {
  constructor(timers: Timers, runs: RunStore, functions: FunctionRegistry, progress: RunProgress) {
    const cancel = (kind: 'start' | 'finish') => (timer: Timer) => {
      const run = runs.get(timer.runId ?? '');
      const limits = run && functions.byId(run.functionId)?.flow.timeouts;
      if (run) progress.cancel(run, timedOutReason(limits ?? {}, kind));
    };
    timers.on(START_TIMEOUT, cancel('start'));
    timers.on(FINISH_TIMEOUT, cancel('finish'));
  }
}
