import { Injectable } from '@nestjs/common';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Clock } from '../../../clock/index.js';
import { compileSearch, MAX_STEPS, SharedBudget, TooCostlyError } from '../../expressions/index.js';
import { PatientStore } from '../../faults/patient-store.js';
import { FunctionPauses } from '../../functions/function-pauses.js';
import { FunctionRegistry } from '../../functions/function-registry.js';
import { JobKind } from '../../jobs/job-kinds.js';
import { JobRunner, type Piece } from '../../jobs/job-runner.js';
import { RunProgress } from '../../runs/run-progress.js';
import { FEW_RUNS } from '../../runs/unfinished-runs.js';
import { RunStarter } from '../../starts/run-starter.js';
import { JobStore, type Job } from '../../store/job.store.js';
import { RunListStore, type RunFilter, type RunPosition } from '../../store/run-list.store.js';
import { RunStore, type Run } from '../../store/run.store.js';
import { MAX_LIMIT, type RunListRequest } from './run-query.js';
import { RunMatcher } from './run-matcher.js';
import { RunSearch } from './run-search.js';

export const BULK_ACTIONS = ['cancel', 'replay'] as const;
export type BulkAction = (typeof BULK_ACTIONS)[number];

/** The payload of a job: the runs that it works on. */
interface Payload {
  filter: RunFilter;
  /** An expression that their events and output must fulfil. */
  expression?: string;
}

const KINDS = { cancel: JobKind.BulkCancel, replay: JobKind.BulkReplay } as const;

/** The number of runs in one piece of a job, which takes a few milliseconds. */
const RUNS_PER_PIECE = 5;

/** Cancels or replays all runs that match a filter, with a job. */
@Injectable()
export class RunBulk {
  constructor(
    private readonly store: PatientStore,
    private readonly lists: RunListStore,
    private readonly search: RunSearch,
    private readonly matcher: RunMatcher,
    private readonly runs: RunStore,
    private readonly functions: FunctionRegistry,
    private readonly pauses: FunctionPauses,
    private readonly starter: RunStarter,
    private readonly progress: RunProgress,
    private readonly jobs: JobRunner,
    private readonly stored: JobStore,
    private readonly clock: Clock,
  ) {
    jobs.on(JobKind.BulkCancel, (job) => this.piece(job, (run) => this.cancel(run, job)));
    jobs.on(JobKind.BulkReplay, (job) => this.piece(job, (run) => this.replay(run)));
  }

  /**
   * Counts the runs that match now and that the action can change.
   *
   * @throws V2Exception 400 when an expression costs too much
   */
  async count(action: BulkAction, asked: RunListRequest): Promise<number> {
    const filter = narrowedTo(action, asked.filter);
    if (!asked.expression) return this.lists.count(filter);
    let count = 0;
    for (let after: RunPosition | undefined; ;) {
      const { after: _, ...rest } = asked;
      const found = await this.search.page({ ...rest, filter, limit: MAX_LIMIT, ...(after && { after }) });
      count += found.runs.length;
      if (!found.next) return count;
      after = found.next;
      await nextTurn();
    }
  }

  /**
   * Begins a job for the runs that match now, not for runs that are queued later. If they are few and the filter has no
   * expression, the job has ended when this resolves.
   *
   * @param total the result of {@link count}
   * @throws StoreUnavailableError
   */
  async begin(action: BulkAction, { filter, expression }: RunListRequest, total: number): Promise<Job> {
    return this.store.forRequest(() => {
      const payload: Payload = {
        filter: { ...narrowedTo(action, filter), upTo: this.lists.last() },
        ...(expression && { expression: expression.source }),
      };
      const job = { kind: KINDS[action], subject: 'runs', payload, total };
      const id = total <= FEW_RUNS && !expression ? this.jobs.addAndDo(job) : this.jobs.add(job);
      return this.stored.get(id) as Job;
    });
  }

  /** Stops a job; the runs that it has handled stay as they are. Undefined if there is no such bulk job. */
  async stop(id: string): Promise<Job | undefined> {
    return this.store.forRequest(() => {
      const job = this.stored.get(id);
      const isBulk = job?.kind === JobKind.BulkCancel || job?.kind === JobKind.BulkReplay;
      if (!isBulk) return undefined;
      if (job.endedAt === null)
        this.stored.end(id, { done: 0, note: 'stopped by a request' }, this.clock.now());
      return this.stored.get(id);
    });
  }

  /** Does one piece of a job. @param act changes a run; returns why it left out the run, or undefined */
  private piece({ payload, cursor }: Job, act: (run: Run) => string | undefined): Piece {
    const { filter, expression } = payload as Payload;
    const order = { by: 'queuedAt', descending: false, asOf: 0 } as const;
    const after = cursor === '' ? undefined : { key: 0, id: cursor };
    const found = this.lists.page(filter, order, after, RUNS_PER_PIECE);
    const condition = expression === undefined ? undefined : compileSearch(expression, { hasOutput: true });
    const budget = new SharedBudget(MAX_STEPS);
    let done = 0;
    let note: string | undefined;
    for (const { run } of found) {
      let problem: string | undefined;
      try {
        if (condition && !this.matcher.matches(condition, run, budget)) continue;
        problem = act(run);
      } catch (error) {
        if (!(error instanceof TooCostlyError)) throw error;
        problem = error.message;
      }
      done++;
      if (problem !== undefined) note = `Runs were left out, such as ${run.id}: ${problem}`;
    }
    const last = found.length < RUNS_PER_PIECE ? undefined : found.at(-1)?.run.id;
    return { cursor: last, done, note };
  }

  private cancel(run: Run, job: Job): undefined {
    this.progress.cancel(run, `cancelled with others by the job ${job.id}`);
  }

  private replay(run: Run): string | undefined {
    const fn = this.functions.byId(run.functionId);
    const event = this.runs.firstEventOf(run.id);
    if (!fn || fn.archivedAt !== null) return 'its function is not registered any more';
    if (!event) return 'its event was removed';
    if (this.pauses.of(fn.id)?.newRuns === 'skip') return 'its function is paused and skips new runs';
    this.starter.start(fn, event, { replayOf: run });
    return undefined;
  }
}

/** Narrows the filter to the runs that the action can change: only runs that have not ended can be cancelled. */
function narrowedTo(action: BulkAction, filter: RunFilter): RunFilter {
  return action === 'cancel' ? { ...filter, isUnfinished: true } : filter;
}
