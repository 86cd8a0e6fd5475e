import { isRecord } from '../common/is-record.js';
import type { FixtureEvent, RunFixture, StepError } from './fixture.js';
import type { Run, RunsApi, Span } from './runs-api.js';

/** One attempt of a step, or of the function itself. Times are in ISO 8601, in virtual time. */
export interface TestAttempt {
  /** From 0. */
  number: number;
  status: 'COMPLETED' | 'FAILED';
  startedAt: string;
  endedAt: string;
  /** Its error, if it failed. */
  error?: StepError;
  /** The time of the next attempt. */
  retryAt?: string;
}

/** A step of a run. */
export interface TestStep {
  /** The hashed id, which identifies the step in the protocol. */
  id: string;
  /** The display name: the id in the code, unless the code sets a name. */
  name: string;
  /** RUN, SLEEP, WAIT_FOR_EVENT, WAIT_FOR_SIGNAL, INVOKE or FETCH. */
  op: string;
  status: string;
  /**
   * The output: null for a sleep and for a wait that timed out. Absent before the step has ended, and after a failure.
   */
  data?: unknown;
  /** The error, if it failed after its last attempt. */
  error?: StepError;
  /** Empty for steps that are not attempted, such as sleeps. */
  attempts: TestAttempt[];
}

/** A run with its steps, attempts and output. It is also a {@link RunFixture}. */
export interface TestRun extends RunFixture {
  id: string;
  /** The function's id, without the client's id before it. */
  function: string;
  status: Run['status'];
  /** The function's result; undefined unless it completed. */
  output: unknown;
  /** The function's error, if it failed. */
  error?: StepError;
  events: FixtureEvent[];
  /** Ended steps in the order of their ends, then the others. */
  steps: TestStep[];
  /**
   * The attempts of the function itself, outside of its steps. Empty if it returned in a call that also executed steps.
   */
  attempts: TestAttempt[];
  startedAt?: string;
  endedAt?: string;
}

/**
 * Reads a run from the server's API.
 *
 * @param output the run's result or error, because the API does not return it exactly
 */
export async function readRun(api: RunsApi, run: Run, output: unknown): Promise<TestRun> {
  const [spans, memos, events] = await Promise.all([
    api.trace(run.id),
    api.get<Record<string, unknown>>(`/v0/runs/${run.id}/actions`),
    api.get<FixtureEvent[]>(`/v0/runs/${run.id}/batch`),
  ]);
  const isFailed = run.status === 'FAILED';
  return {
    id: run.id,
    function: run.function.id,
    status: run.status,
    output: isFailed ? undefined : output,
    ...(isFailed && { error: output as StepError }),
    events,
    steps: stepsOf(spans, memos),
    attempts: spans.filter(({ stepId }) => stepId === undefined).flatMap(attemptsOf),
    ...(run.startedAt !== undefined && { startedAt: run.startedAt }),
    ...(run.endedAt !== undefined && { endedAt: run.endedAt }),
  };
}

function stepsOf(spans: readonly Span[], memos: Record<string, unknown>): TestStep[] {
  const done = Object.keys(memos);
  const place = (step: TestStep): number => (done.includes(step.id) ? done.indexOf(step.id) : done.length);
  return spans
    .flatMap((span): TestStep[] => {
      const { stepId: id, name, status, stepOp: op = 'RUN' } = span;
      if (id === undefined) return [];
      const result = id in memos ? resultOf(memos[id]) : {};
      return [{ id, name, op, status, ...result, attempts: attemptsOf(span) }];
    })
    .toSorted((a, b) => place(a) - place(b));
}

/** The result in a memo: `{data}`, `{error}`, or the value of a sleep or a wait. */
function resultOf(memo: unknown): { data?: unknown; error?: StepError } {
  if (isRecord(memo) && Object.keys(memo).length === 1) {
    if ('data' in memo) return { data: memo['data'] };
    if ('error' in memo) return { error: memo['error'] as StepError };
  }
  return { data: memo };
}

/** The attempts of a step. The trace contains them only if one failed; otherwise an executed step has had one. */
function attemptsOf(span: Span): TestAttempt[] {
  const isExecuted = span.stepOp === undefined || span.stepOp === 'RUN' || span.stepOp === 'FETCH';
  const attempts = span.children ?? (isExecuted && span.status === 'COMPLETED' ? [span] : []);
  return attempts.map(({ status, startedAt = '', endedAt = '', retryAt, output }, number) => ({
    number,
    status: status === 'FAILED' ? 'FAILED' : 'COMPLETED',
    startedAt,
    endedAt,
    ...(status === 'FAILED' && { error: output as StepError }),
    ...(retryAt !== undefined && { retryAt }),
  }));
}
