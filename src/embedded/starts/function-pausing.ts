import { Injectable } from '@nestjs/common';
import { Clock } from '../../clock/index.js';
import { PatientStore } from '../faults/patient-store.js';
import type { AppFunction } from '../functions/app-function.js';
import { FunctionPauses } from '../functions/function-pauses.js';
import { FunctionRegistry } from '../functions/function-registry.js';
import { JobKind } from '../jobs/job-kinds.js';
import { JobRunner, type Piece } from '../jobs/job-runner.js';
import { Changes, Wakeup } from '../notices/notices.js';
import { LimitTree } from '../queue/limit-tree.js';
import { TimeoutTimers } from '../runs/timeout-timers.js';
import { FEW_RUNS, nextUnfinished } from '../runs/unfinished-runs.js';
import { FlowStore } from '../store/flow.store.js';
import type { Job } from '../store/job.store.js';
import type { Pause } from '../store/pause.store.js';
import { RunStore } from '../store/run.store.js';
import { FunctionScheduler } from './function-scheduler.js';

/** How many debounces or batches one piece of a job resumes. */
const STARTS_PER_PIECE = 20;

/** A resumption handles pending debounces and batches first, and then runs, if the function has a start timeout. */
type Cursor = { phase: 'debounces' | 'batches' | 'runs'; after: string };

/**
 * Pauses and resumes functions. While a function is paused, the queue holds its calls and the scheduler holds its debounces
 * and batches. Resuming lets them continue; for many runs a job does it.
 */
@Injectable()
export class FunctionPausing {
  constructor(
    private readonly store: PatientStore,
    private readonly pauses: FunctionPauses,
    private readonly scheduler: FunctionScheduler,
    private readonly flow: FlowStore,
    private readonly runs: RunStore,
    private readonly timeouts: TimeoutTimers,
    private readonly tree: LimitTree,
    private readonly jobs: JobRunner,
    private readonly wakeup: Wakeup,
    private readonly changes: Changes,
    private readonly clock: Clock,
    functions: FunctionRegistry,
  ) {
    jobs.on(JobKind.ResumeFunction, (job) => {
      const fn = functions.byId(job.subject);
      return fn ? this.resumePiece(fn, job) : { cursor: undefined, done: 0 };
    });
  }

  /**
   * Pauses a function until {@link resume}. If it is already paused, the options change and the start of the pause stays.
   *
   * @throws StoreUnavailableError
   */
  async pause(fn: AppFunction, { newRuns, underWay }: Pick<Pause, 'newRuns' | 'underWay'>): Promise<void> {
    await this.store.forRequest(() => {
      const before = this.pauses.of(fn.id);
      const since = before ?? { pausedAt: this.clock.now(), steadyAt: this.clock.steady() };
      if (before) this.tree.endPause(fn.id);
      this.changed();
      this.pauses.set({
        functionId: fn.id,
        newRuns,
        underWay,
        pausedAt: since.pausedAt,
        steadyAt: since.steadyAt,
      });
    });
  }

  /**
   * Resumes a function. Its runs start in the order in which they would have started. Does nothing if it is not paused.
   *
   * @throws StoreUnavailableError
   */
  async resume(fn: AppFunction): Promise<void> {
    await this.store.forRequest(() => {
      const pause = this.pauses.of(fn.id);
      if (!pause) return;
      const now = this.clock.steady();
      this.tree.endPause(fn.id);
      const { count, last } = this.runs.unfinishedOf(fn.id);
      const total = this.flow.countHeld(fn.id, now) + (fn.flow.timeouts?.startMs === undefined ? 0 : count);
      const job = { kind: JobKind.ResumeFunction, subject: fn.id, payload: { last, until: now }, total };
      this.changed();
      const oldest = this.runs.oldestQueuedOf(fn.id);
      this.pauses.end(pause, now, oldest === undefined ? now : this.clock.toSteady(oldest));
      if (total > FEW_RUNS) this.jobs.add(job);
      else if (total > 0) this.jobs.addAndDo(job);
    });
  }

  private changed(): void {
    this.changes.mark({ kind: 'functions' });
    this.wakeup.afterCommit();
  }

  private resumePiece(fn: AppFunction, { cursor, payload }: Job): Piece {
    const { last, until } = payload as { last: string; until: number };
    const { phase, after } = (
      cursor === '' ? { phase: 'debounces', after: '' } : JSON.parse(cursor)
    ) as Cursor;
    if (phase === 'runs') {
      const piece = nextUnfinished(this.runs, fn.id, { after, last }, (run) => {
        if (run.startedAt === null) this.timeouts.apply(fn, run);
      });
      return { ...piece, cursor: piece.cursor && serialized({ phase, after: piece.cursor }) };
    }
    const held = this.flow.held(phase, fn.id, { until, after }, STARTS_PER_PIECE);
    for (const start of held) this.scheduler.resumeHeld(phase, start);
    const end = held.length < STARTS_PER_PIECE ? undefined : held.at(-1)?.key;
    if (end !== undefined) return { cursor: serialized({ phase, after: end }), done: held.length };
    if (phase === 'debounces')
      return { cursor: serialized({ phase: 'batches', after: '' }), done: held.length };
    const hasMore = fn.flow.timeouts?.startMs !== undefined;
    return { cursor: hasMore ? serialized({ phase: 'runs', after: '' }) : undefined, done: held.length };
  }
}

function serialized(cursor: Cursor): string {
  return JSON.stringify(cursor);
}
