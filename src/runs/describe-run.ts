import type { JobRecord, RunRecord, SpanRecord } from './run-record.js';
import { stepsOf } from './run-steps.js';
import { failureOf, type RunStatus, type RunView, type StepView, type WaitingView } from './run-view.js';

const FINAL: readonly string[] = ['COMPLETED', 'FAILED', 'CANCELLED', 'SKIPPED'] satisfies RunStatus[];

/**
 * The status of a run. A status is final only if the run also has an end time: Inngest calls a sleeping run `COMPLETED`
 * and one that waits for its retry `FAILED` (measured on Inngest 1.43).
 */
export function statusOf(run: RunRecord, steps: readonly StepView[] = []): RunStatus {
  if (run.endedAt !== undefined) return FINAL.includes(run.status) ? (run.status as RunStatus) : 'RUNNING';
  if (run.status === 'QUEUED') return 'QUEUED';
  const waits =
    run.status === 'FAILED' ||
    run.status === 'COMPLETED' ||
    run.waiting !== undefined ||
    steps.some((step) => step.status === 'WAITING');
  return waits ? 'WAITING' : 'RUNNING';
}

/** Combines a run, its trace and its queued jobs into one view. */
export function describeRun(
  run: RunRecord,
  trace: SpanRecord | undefined,
  jobs: readonly JobRecord[],
): RunView {
  const steps = trace === undefined ? [] : stepsOf(trace, run.endedAt !== undefined);
  const status = statusOf(run, steps);
  const output = run.output ?? trace?.output;
  const waiting = run.endedAt === undefined ? waitingOf(run, status, steps, jobs) : undefined;
  return {
    id: run.id,
    status,
    queuedAt: run.queuedAt,
    startedAt: run.startedAt,
    endedAt: run.endedAt,
    ...(waiting === undefined ? {} : { waiting }),
    ...(status === 'COMPLETED' ? { output: output ?? null } : {}),
    ...(status === 'FAILED' ? { error: failureOf(output) } : {}),
    steps,
  };
}

/**
 * Whether the answers that a view was made from are from different times: the run or its jobs name an attempt that does
 * not follow the last failed attempt of any waiting step in the trace.
 */
export function isMixed(run: RunRecord, { status, steps }: RunView, jobs: readonly JobRecord[]): boolean {
  const retried = steps.filter((step) => step.status === 'WAITING').map(nextAttempt);
  if (status !== 'WAITING' || retried.length === 0) return false;
  const { attempt } = run.waiting ?? {};
  const named = attempt === undefined ? jobs.map((job) => job.attempt) : [attempt];
  return named.length > 0 && !named.some((each) => retried.includes(each));
}

function waitingOf(
  run: RunRecord,
  status: RunStatus,
  steps: readonly StepView[],
  jobs: readonly JobRecord[],
): WaitingView | undefined {
  if (status !== 'WAITING') return run.waiting;
  const step = steps.find((candidate) => candidate.status === 'WAITING');
  const inOrder = jobs.toSorted((a, b) => a.at.localeCompare(b.at));
  const next = inOrder.find(({ attempt }) => attempt === nextAttempt(step)) ?? inOrder[0];
  const isRetry = step !== undefined || run.status === 'FAILED' || run.waiting?.attempt !== undefined;
  return {
    reason: run.waiting?.reason ?? (isRetry ? 'retry' : 'sleep'),
    until: run.waiting?.until ?? next?.at,
    ...(isRetry
      ? { step: step?.id, attempt: run.waiting?.attempt ?? nextAttempt(step) ?? next?.attempt }
      : {}),
  };
}

function nextAttempt(step: StepView | undefined): number | undefined {
  const last = step?.attempts.findLast(({ status }) => status === 'FAILED');
  return last === undefined ? undefined : last.attempt + 1;
}
