import { Injectable } from '@nestjs/common';
import { Clock } from '../../clock/index.js';
import type { AppFunction } from '../functions/app-function.js';
import {
  asCondition,
  type Budget,
  compileExpression,
  MAX_STEPS,
  SharedBudget,
  TooCostlyError,
} from '../expressions/index.js';
import { Ids } from '../store/ids.js';
import { eventForApp } from '../protocol/event.js';
import { CancellationStore, type Cancellation } from '../store/cancellation.store.js';
import { PatientStore } from '../faults/patient-store.js';
import { isRecord } from '../../common/is-record.js';
import { JobKind } from '../jobs/job-kinds.js';
import { JobRunner, type Piece } from '../jobs/job-runner.js';
import { JobStore, type Job } from '../store/job.store.js';
import { RunStore, type Run } from '../store/run.store.js';
import { FEW_RUNS, nextUnfinished } from './unfinished-runs.js';
import { RunProgress } from './run-progress.js';

/** The runs of a function that are to be cancelled. Times are in milliseconds since 1970. */
export interface CancellationRequest {
  startedAfter?: number;
  startedBefore: number;
  /** A condition on a run's `event`. */
  condition?: string;
}

/** Cancels the runs of a function that were queued in a period, and stores these requests. */
@Injectable()
export class RunCancellations {
  /** The budget of the request that is cancelling runs itself; undefined while a job cancels them. */
  private requestBudget: SharedBudget | undefined;

  constructor(
    private readonly patient: PatientStore,
    private readonly store: CancellationStore,
    private readonly runs: RunStore,
    private readonly progress: RunProgress,
    private readonly clock: Clock,
    private readonly ids: Ids,
    private readonly jobs: JobRunner,
    private readonly storedJobs: JobStore,
  ) {
    jobs.on(JobKind.CancelRuns, (job) => this.cancelSome(job));
  }

  /**
   * Cancels up to {@link FEW_RUNS} runs before it resolves. A job cancels larger numbers later.
   *
   * @throws ExpressionSyntaxError, StoreUnavailableError
   * @throws TooCostlyError when the condition exceeds the request's budget; no run is cancelled then
   */
  async create(
    fn: AppFunction,
    { startedAfter, startedBefore, condition }: CancellationRequest,
  ): Promise<Cancellation> {
    if (condition !== undefined) compileExpression(condition);
    const now = this.clock.now();
    const cancellation = {
      id: this.ids.ulid(),
      functionId: fn.id,
      startedAfter: startedAfter ?? null,
      startedBefore,
      expression: condition ?? null,
      createdAt: now,
    };
    await this.patient.forRequest(() => {
      this.store.insert(cancellation);
      const { count, last } = this.runs.unfinishedOf(fn.id, {
        ...(startedAfter !== undefined && { queuedFrom: startedAfter }),
        queuedUntil: startedBefore,
      });
      const job = { kind: JobKind.CancelRuns, subject: cancellation.id, payload: { last }, total: count };
      if (count <= FEW_RUNS) this.addAndDo(job);
      else this.jobs.add(job);
    });
    return cancellation;
  }

  private addAndDo(job: Parameters<JobRunner['addAndDo']>[0]): void {
    this.requestBudget = new SharedBudget(MAX_STEPS);
    try {
      this.jobs.addAndDo(job);
    } finally {
      this.requestBudget = undefined;
    }
  }

  /** The job of a cancellation, which says how many runs it has cancelled. */
  progressOf(id: string): Job | undefined {
    return this.storedJobs.lastOf(id);
  }

  list(): Cancellation[] {
    return this.store.list();
  }

  /** Removes a stored cancellation, and stops its job if it has not ended. Returns whether it existed. */
  async remove(id: string): Promise<boolean> {
    return this.patient.forRequest(() => {
      const job = this.storedJobs.openOf(JobKind.CancelRuns, id);
      if (job) this.storedJobs.remove(job.id);
      return this.store.remove(id);
    });
  }

  private cancelSome({ subject, payload, cursor }: Job): Piece {
    const cancellation = this.store.get(subject);
    if (!cancellation) return { cursor: undefined, done: 0 };
    const last = isRecord(payload) ? String(payload['last']) : '';
    const { functionId, startedAfter, startedBefore } = cancellation;
    const budget = this.requestBudget ?? new SharedBudget(MAX_STEPS);
    let done = 0;
    let note: string | undefined;
    const piece = nextUnfinished(this.runs, functionId, { after: cursor, last }, (run) => {
      if (run.queuedAt > startedBefore || (startedAfter !== null && run.queuedAt < startedAfter)) return;
      done++;
      try {
        if (!this.concerns(run, cancellation, budget.forItem())) return;
        this.progress.cancel(run, `cancelled with others by the cancellation ${cancellation.id}`);
      } catch (error) {
        if (this.requestBudget || !(error instanceof TooCostlyError)) throw error;
        note = `Runs were left out, such as ${run.id}: ${error.message}`;
      }
    });
    return { ...piece, done, note };
  }

  private concerns(run: Run, { expression, createdAt }: Cancellation, budget: Budget): boolean {
    if (expression === null) return true;
    const event = this.runs.firstEventOf(run.id);
    if (!event) return false;
    const variables = { event: eventForApp(event) };
    return asCondition(compileExpression(expression).evaluate(variables, createdAt, budget));
  }
}
