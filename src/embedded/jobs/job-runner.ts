import { isDamaged } from '../store/stored-json.js';
import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { Clock } from '../../clock/index.js';
import { delayAfter, describeError } from '../faults/retry-later.js';
import { Wakeup } from '../notices/notices.js';
import { Database, StoreUnavailableError } from '../store/database.js';
import { Ids } from '../store/ids.js';
import { JobStore, type Job, type NewJob } from '../store/job.store.js';
import { TurnWork } from '../timers/turn-work.js';
import type { Turn } from '../../common/turn.js';
import { stackOf } from '../../common/error-text.js';

/** What one piece of a job did. */
export interface Piece {
  /** Where the next piece begins; undefined after the last one. */
  cursor: string | undefined;
  /** How many items it dealt with. */
  done: number;
  /** What whoever asked for the job should know. */
  note?: string | undefined;
}

/** Does the piece of a job that begins at its cursor, as a part of the caller's transaction. */
export type JobHandler = (job: Job) => Piece;

/**
 * Jobs: work on many rows that no turn can do as a whole. Each piece is stored in one transaction with the cursor of
 * the next, so that a job goes on after a restart where it was. A job that fails is tried again later, then set aside.
 */
@Injectable()
export class JobRunner implements OnModuleInit {
  private readonly logger = new Logger('Inngest');
  private readonly handlers = new Map<string, JobHandler>();

  constructor(
    private readonly store: JobStore,
    private readonly db: Database,
    private readonly clock: Clock,
    private readonly ids: Ids,
    private readonly wakeup: Wakeup,
    private readonly turnWork: TurnWork,
  ) {}

  onModuleInit(): void {
    this.turnWork.addBackground('jobs', (turn) => this.doSome(turn));
  }

  on(kind: string, handler: JobHandler): void {
    this.handlers.set(kind, handler);
  }

  /** Adds a job, as a part of the caller's transaction. Its first piece is done in a later turn. @returns its id */
  add(job: Omit<NewJob, 'id' | 'createdAt'>): string {
    const id = this.ids.ulid();
    this.store.insert({ ...job, id, createdAt: this.clock.now() }, this.clock.steady());
    this.wakeup.afterCommit();
    return id;
  }

  /** Adds a job and does all of it at once, as a part of the caller's transaction. For few items only. @returns its id */
  addAndDo(job: Omit<NewJob, 'id' | 'createdAt'>): string {
    const id = this.ids.ulid();
    this.store.insert({ ...job, id, createdAt: this.clock.now() }, this.clock.steady());
    while (this.doPiece(id));
    return id;
  }

  /** Returns whether there may be more to do now. */
  private doSome(turn: Turn): boolean {
    for (let job = this.store.due(this.clock.steady()); job; job = this.store.due(this.clock.steady())) {
      const { id } = job;
      try {
        while (this.db.transaction(() => this.doPiece(id))) if (turn.isOver) return true;
      } catch (error) {
        if (error instanceof StoreUnavailableError) throw error;
        this.db.transaction(() => this.putOff(id, error));
      }
      if (turn.isOver) return true;
    }
    return false;
  }

  /** Returns whether the job has another piece. */
  private doPiece(id: string): boolean {
    const job = this.store.get(id);
    if (!job || job.endedAt !== null) return false;
    const handler = this.handlers.get(job.kind);
    if (isDamaged(job.payload)) throw new Error(`The row of the job ${id} is damaged.`);
    if (!handler) throw new Error(`No handler for jobs of kind "${job.kind}".`);
    const { cursor, done, note = null } = handler(job);
    if (cursor === undefined) this.store.end(id, { done, note }, this.clock.now());
    else this.store.setProgress(id, { cursor, done, note });
    return cursor !== undefined;
  }

  private putOff(id: string, error: unknown): void {
    const job = this.store.get(id);
    if (!job) return;
    const failures = job.failures + 1;
    const delay = delayAfter(failures);
    const what = `The job ${id} (${job.kind} ${job.subject})`;
    const stack = stackOf(error);
    if (delay === undefined) {
      this.store.setAside(id, describeError(error), this.clock.now());
      this.logger.error(`${what} failed ${failures} times and is set aside until the next start.`, stack);
    } else {
      this.store.retry(id, { at: this.clock.steady() + delay, failures, error: describeError(error) });
      if (failures === 1) this.logger.error(`${what} failed; it is tried again.`, stack);
    }
  }
}
