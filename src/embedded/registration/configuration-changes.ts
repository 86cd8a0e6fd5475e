import { Injectable } from '@nestjs/common';
import { isRecord } from '../../common/is-record.js';
import type { AppFunction } from '../functions/app-function.js';
import { FunctionRegistry } from '../functions/function-registry.js';
import { JobKind } from '../jobs/job-kinds.js';
import { JobRunner, type Piece } from '../jobs/job-runner.js';
import { LimitChanges } from '../queue/limit-changes.js';
import { TimeoutTimers } from '../runs/timeout-timers.js';
import { FEW_RUNS, nextUnfinished } from '../runs/unfinished-runs.js';
import { JobStore, type Job } from '../store/job.store.js';
import { RunStore, type Run } from '../store/run.store.js';
import { WaitStore } from '../store/wait.store.js';

/** Which parts of a function's configuration a registration has changed. */
export interface ConfigurationChange {
  /** Concurrency or throttle. */
  limits: boolean;
  timeouts: boolean;
  /** The events that cancel its runs. */
  cancelOn: boolean;
}

/**
 * The cursor of the job. It handles throttles first, because the times at which they open were computed with the earlier
 * limits, then runs.
 */
type Cursor = { throttlesAfter: number } | { runsAfter: string };

/**
 * Applies the new configuration of a function to its runs that have not ended. New runs have it from their start. A few runs
 * are changed in the transaction of the registration, many by a job.
 */
@Injectable()
export class ConfigurationChanges {
  constructor(
    private readonly jobs: JobRunner,
    private readonly stored: JobStore,
    private readonly runs: RunStore,
    private readonly limits: LimitChanges,
    private readonly timeouts: TimeoutTimers,
    private readonly waits: WaitStore,
    functions: FunctionRegistry,
  ) {
    jobs.on(JobKind.ApplyConfiguration, (job) => {
      const fn = functions.byId(job.subject);
      return fn ? this.applyPiece(fn, job) : { cursor: undefined, done: 0 };
    });
  }

  /** Applies a change, in the transaction that stores the function. */
  apply(fn: AppFunction, change: ConfigurationChange): void {
    if (!change.limits && !change.timeouts && !change.cancelOn) return;
    const earlier = this.stored.openOf(JobKind.ApplyConfiguration, fn.id);
    const { count, last } = this.runs.unfinishedOf(fn.id);
    if (count <= FEW_RUNS && !earlier) {
      if (change.limits) this.limits.openThrottles(fn.id);
      for (const run of this.runs.unfinishedPage(fn.id, { after: '', last }, FEW_RUNS)) {
        this.applyTo(run, fn, change);
      }
      return;
    }
    if (earlier) this.stored.remove(earlier.id);
    const merged = earlier ? either(change, changeIn(earlier)) : change;
    const payload = { ...merged, last };
    this.jobs.add({ kind: JobKind.ApplyConfiguration, subject: fn.id, payload, total: count });
  }

  private applyPiece(fn: AppFunction, job: Job): Piece {
    const change = changeIn(job);
    const cursor = (job.cursor === '' ? { throttlesAfter: 0 } : JSON.parse(job.cursor)) as Cursor;
    if ('throttlesAfter' in cursor) {
      const after = change.limits ? this.limits.openSomeThrottles(fn.id, cursor.throttlesAfter) : undefined;
      return {
        cursor: written(after === undefined ? { runsAfter: '' } : { throttlesAfter: after }),
        done: 0,
      };
    }
    const range = { after: cursor.runsAfter, last: lastIn(job) };
    const piece = nextUnfinished(this.runs, fn.id, range, (run) => this.applyTo(run, fn, change));
    return {
      ...piece,
      cursor: piece.cursor === undefined ? undefined : written({ runsAfter: piece.cursor }),
    };
  }

  private applyTo(run: Run, fn: AppFunction, change: ConfigurationChange): void {
    if (change.limits) this.limits.applyTo(run, fn);
    if (change.timeouts) this.timeouts.apply(fn, run);
    if (change.cancelOn) this.waits.forgetCancelEqualities(run.id);
  }
}

function written(cursor: Cursor): string {
  return JSON.stringify(cursor);
}

function changeIn({ payload }: Job): ConfigurationChange {
  const { limits, timeouts, cancelOn } = isRecord(payload) ? payload : {};
  return { limits: limits === true, timeouts: timeouts === true, cancelOn: cancelOn === true };
}

function lastIn({ payload }: Job): string {
  return isRecord(payload) ? String(payload['last']) : '';
}

function either(a: ConfigurationChange, b: ConfigurationChange): ConfigurationChange {
  return {
    limits: a.limits || b.limits,
    timeouts: a.timeouts || b.timeouts,
    cancelOn: a.cancelOn || b.cancelOn,
  };
}
