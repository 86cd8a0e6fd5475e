import { Injectable } from '@nestjs/common';
import { CachedRows } from './cached-rows.js';
import { Database } from './database.js';

export type StepStatus = 'QUEUED' | 'RUNNING' | 'WAITING' | 'COMPLETED' | 'FAILED' | 'CANCELLED';

/** The kind of a step, as the runs API names it. */
export type StepOp = 'RUN' | 'SLEEP' | 'WAIT_FOR_EVENT' | 'WAIT_FOR_SIGNAL' | 'INVOKE' | 'FETCH';

export interface Step {
  runId: string;
  id: string;
  name: string;
  op: StepOp;
  status: StepStatus;
  /** The options of the op, as JSON. */
  opts: string | null;
  /** The result that later calls carry, as JSON; null while there is none. */
  memo: string | null;
  /** Whether the function resumes when this step has a result, without waiting for its parallel steps. */
  race: boolean;
  queuedAt: number;
  startedAt: number | null;
  endedAt: number | null;
  /** The id of the run that executed the step, if this run is a replay that copied the result. */
  copiedFrom: string | null;
}

/** One attempt of a step, or of the function itself if `stepId` is empty. */
export interface Attempt {
  runId: string;
  stepId: string;
  /** The number of the attempt, from 0. */
  number: number;
  status: 'COMPLETED' | 'FAILED';
  queuedAt: number;
  startedAt: number;
  endedAt: number;
  /** What it returned or threw, as JSON. */
  output: string | null;
  /** When the next attempt is made, in milliseconds since 1970; null if there is none. */
  retryAt: number | null;
}

type NewStep = Omit<Step, 'memo' | 'copiedFrom'>;

/** What a run has got from its steps so far. */
export interface RunState {
  /** The number of results. */
  results: number;
  /** The size of the results, and of the input with which the run replays another one, in bytes of JSON. */
  bytes: number;
  /** The place of the next result in their order. */
  next: number;
  /** 1 if the run has, or had, a step without a result; otherwise 0. */
  others: number;
}

const NO_STEPS: RunState = { results: 0, bytes: 0, next: 0, others: 0 };

interface StepRow {
  run_id: string;
  id: string;
  name: string;
  op: StepOp;
  status: StepStatus;
  opts: string | null;
  memo: string | null;
  race: number;
  queued_at: number;
  started_at: number | null;
  ended_at: number | null;
  copied_from: string | null;
}

interface AttemptRow {
  run_id: string;
  step_id: string;
  number: number;
  status: Attempt['status'];
  queued_at: number;
  started_at: number;
  ended_at: number;
  output: string | null;
  retry_at: number | null;
}

@Injectable()
export class StepStore {
  /**
   * The states of the runs under way. They are not stored: one write a step would cost as much as two thirds of the step
   * itself.
   */
  private readonly states: CachedRows<RunState>;

  constructor(private readonly db: Database) {
    this.states = new CachedRows(db, () => true);
  }

  /** How many results the run has, and their size. */
  stateOf(runId: string): RunState {
    const sql = `SELECT count(memo) AS results, coalesce(max(memo_order), -1) + 1 AS next,
        coalesce(sum(octet_length(memo)), 0)
          + coalesce((SELECT octet_length(from_step_input) FROM run WHERE id = ?), 0) AS bytes,
        count(*) > count(memo) AS others
      FROM step WHERE run_id = ?`;
    return this.states.get(runId, () => this.db.get<RunState>(sql, runId, runId)) ?? NO_STEPS;
  }

  /** To be called for a run that has no step yet, so that its state need not be read. */
  beginRun(runId: string): void {
    this.states.add(runId, NO_STEPS);
  }

  get(runId: string, id: string): Step | undefined {
    const row = this.db.get<StepRow>('SELECT * FROM step WHERE run_id = ? AND id = ?', runId, id);
    return row && fromRow(row);
  }

  /** The steps of a run, in the order in which they began. */
  ofRun(runId: string): Step[] {
    return this.db
      .all<StepRow>(
        'SELECT * FROM step WHERE run_id = ? ORDER BY coalesce(started_at, queued_at), memo_order IS NULL, memo_order',
        runId,
      )
      .map(fromRow);
  }

  /** The results that a call carries, in the order in which they were memoized. */
  memos(runId: string): { id: string; memo: string }[] {
    if (this.stateOf(runId).results === 0) return [];
    return this.db.all(
      'SELECT id, memo FROM step WHERE run_id = ? AND memo IS NOT NULL ORDER BY memo_order',
      runId,
    );
  }

  /**
   * The data of steps that a call carries: their results, and `{input}` for the step from which the run replays another run,
   * until that step has a result.
   */
  state(runId: string): { id: string; memo: string }[] {
    const input = this.db.all<{ id: string; memo: string }>(
      `SELECT from_step AS id, '{"input":' || from_step_input || '}' AS memo FROM run
       WHERE id = ? AND from_step_input IS NOT NULL
         AND NOT EXISTS (SELECT 1 FROM step WHERE run_id = run.id AND id = from_step AND memo IS NOT NULL)`,
      runId,
    );
    return [...this.memos(runId), ...input];
  }

  /**
   * Copies results of steps from another run, in their order.
   *
   * @param at the start and end time of the copied steps, in milliseconds since 1970
   */
  copy(from: string, to: string, ids: readonly string[], at: number): void {
    this.db.run(
      `INSERT INTO step (run_id, id, name, op, status, opts, memo, memo_order, race, queued_at, started_at, ended_at,
         copied_from)
       SELECT ?, id, name, op, status, opts, memo, row_number() OVER (ORDER BY memo_order) - 1, race, ?, ?, ?,
         coalesce(copied_from, run_id)
       FROM step WHERE run_id = ? AND memo IS NOT NULL AND id IN (SELECT value FROM json_each(?))`,
      to,
      at,
      at,
      at,
      from,
      JSON.stringify(ids),
    );
    this.states.forget(to);
  }

  /** The name of the step that was memoized last, if any. */
  lastMemoized(runId: string): string | undefined {
    return this.db.get<{ name: string }>(
      'SELECT name FROM step WHERE run_id = ? AND memo IS NOT NULL ORDER BY memo_order DESC LIMIT 1',
      runId,
    )?.name;
  }

  /**
   * Adds a step, or updates it if it has no memoized result yet.
   *
   * @returns false when the step already has a result; nothing changes then
   */
  save(step: NewStep, memo: string | null = null): boolean {
    return (
      this.insert(
        step,
        memo,
        `DO UPDATE SET status = excluded.status, started_at = coalesce(step.started_at, excluded.started_at),
           ended_at = excluded.ended_at, memo = excluded.memo, memo_order = excluded.memo_order
         WHERE step.memo IS NULL`,
      ) > 0
    );
  }

  /** Adds a step with its result. Returns false when there is such a step; nothing changes then. */
  add(step: NewStep, memo: string): boolean {
    return this.insert(step, memo, 'DO NOTHING') > 0;
  }

  private insert(step: NewStep, memo: string | null, onConflict: string): number {
    const changed = this.db.run(
      `INSERT INTO step (run_id, id, name, op, status, opts, race, queued_at, started_at, ended_at, memo, memo_order)
       VALUES (?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT (run_id, id) ${onConflict}`,
      step.runId,
      step.id,
      step.name,
      step.op,
      step.status,
      step.opts,
      step.race ? 1 : 0,
      step.queuedAt,
      step.startedAt,
      step.endedAt,
      memo,
      memo === null ? null : this.stateOf(step.runId).next,
    );
    if (memo === null) this.states.change(step.runId, { others: 1 });
    else if (changed > 0) this.countResult(step.runId, memo);
    return changed;
  }

  /** Memoizes the result of a stored step. If it already has a result, changes nothing and returns false. */
  memoize(
    runId: string,
    id: string,
    { memo, status, at }: { memo: string; status: StepStatus; at: number },
  ): boolean {
    const changed = this.db.run(
      'UPDATE step SET memo = ?, memo_order = ?, status = ?, ended_at = ? WHERE run_id = ? AND id = ? AND memo IS NULL',
      memo,
      this.stateOf(runId).next,
      status,
      at,
      runId,
      id,
    );
    if (changed > 0) this.countResult(runId, memo);
    return changed > 0;
  }

  setStatus(runId: string, id: string, status: StepStatus): void {
    this.db.run('UPDATE step SET status = ? WHERE run_id = ? AND id = ? AND memo IS NULL', status, runId, id);
  }

  /**
   * The number of steps whose result is still to come from a step call, a timer or an event. A step that failed inside a
   * call of the function does not count, because only the next call of the function reaches it again.
   */
  countUnresolved(runId: string): number {
    if (this.hasOnlyResults(runId)) return 0;
    return (
      this.db.get<{ n: number }>(
        "SELECT count(*) AS n FROM step WHERE run_id = ? AND memo IS NULL AND status IN ('QUEUED','RUNNING','WAITING')",
        runId,
      )?.n ?? 0
    );
  }

  /** Whether the run has a step whose result came after `at`, in wall-clock time. */
  hasEndedAfter(runId: string, at: number): boolean {
    const sql = 'SELECT 1 AS found FROM step WHERE run_id = ? AND memo IS NOT NULL AND ended_at > ? LIMIT 1';
    return this.db.get(sql, runId, at) !== undefined;
  }

  /** Makes the function resume only when all these steps have results. Replaces the steps of an earlier call. */
  awaitTogether(runId: string, ids: readonly string[]): void {
    this.db.run('UPDATE step SET awaited = 0 WHERE run_id = ? AND awaited = 1', runId);
    for (const id of ids) {
      this.db.run('UPDATE step SET awaited = 1 WHERE run_id = ? AND id = ? AND memo IS NULL', runId, id);
    }
  }

  /** Whether some of the steps of {@link awaitTogether} have no result yet. */
  isAwaiting(runId: string): boolean {
    if (this.hasOnlyResults(runId)) return false;
    const sql = 'SELECT 1 AS found FROM step WHERE run_id = ? AND awaited = 1 AND memo IS NULL LIMIT 1';
    return this.db.get(sql, runId) !== undefined;
  }

  /** Cancels the steps without a result, because the run has ended. */
  cancelUnresolved(runId: string, at: number): void {
    this.db.beforeCommit(() => this.states.forget(runId));
    if (this.hasOnlyResults(runId)) return;
    this.db.run(
      "UPDATE step SET status = 'CANCELLED', ended_at = ? WHERE run_id = ? AND memo IS NULL AND ended_at IS NULL",
      at,
      runId,
    );
  }

  /** Adds an attempt. A step that succeeds in its only attempt needs none: its own row says the same. */
  addAttempt(attempt: Attempt): void {
    this.db.run(
      `INSERT INTO attempt (run_id, step_id, number, status, queued_at, started_at, ended_at, output, retry_at)
       VALUES (?,?,?,?,?,?,?,?,?)`,
      attempt.runId,
      attempt.stepId,
      attempt.number,
      attempt.status,
      attempt.queuedAt,
      attempt.startedAt,
      attempt.endedAt,
      attempt.output,
      attempt.retryAt,
    );
  }

  /** The stored attempts of a run, in their order. See {@link addAttempt}. */
  attempts(runId: string): Attempt[] {
    return this.db
      .all<AttemptRow>('SELECT * FROM attempt WHERE run_id = ? ORDER BY id', runId)
      .map(attemptFromRow);
  }

  /** The highest number of attempts of any step of the run, or of the function itself. */
  mostAttempts(runId: string): number {
    const stored = this.db.get<{ n: number | null }>(
      'SELECT max(number) + 1 AS n FROM attempt WHERE run_id = ?',
      runId,
    )?.n;
    return stored ?? (this.hasExecutedStep(runId) ? 1 : 0);
  }

  /** Whether it is known, without a query, that no step of the run lacks a result: then there is none to look for. */
  private hasOnlyResults(runId: string): boolean {
    return this.states.get(runId, () => undefined)?.others === 0;
  }

  private countResult(runId: string, memo: string): void {
    this.states.change(runId, ({ results, bytes, next }) => ({
      results: results + 1,
      bytes: bytes + Buffer.byteLength(memo),
      next: next + 1,
    }));
  }

  private hasExecutedStep(runId: string): boolean {
    const sql = `SELECT 1 AS found FROM step
      WHERE run_id = ? AND op = 'RUN' AND memo IS NOT NULL AND copied_from IS NULL LIMIT 1`;
    return this.db.get(sql, runId) !== undefined;
  }
}

function fromRow(row: StepRow): Step {
  return {
    runId: row.run_id,
    id: row.id,
    name: row.name,
    op: row.op,
    status: row.status,
    opts: row.opts,
    memo: row.memo,
    race: row.race === 1,
    queuedAt: row.queued_at,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    copiedFrom: row.copied_from,
  };
}

function attemptFromRow(row: AttemptRow): Attempt {
  return {
    runId: row.run_id,
    stepId: row.step_id,
    number: row.number,
    status: row.status,
    queuedAt: row.queued_at,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    output: row.output,
    retryAt: row.retry_at,
  };
}
