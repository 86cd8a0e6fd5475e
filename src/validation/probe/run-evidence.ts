import type { StepView } from '../../runs/index.js';
import type { JournalAttempt } from '../environment/journal.js';

/** Everything about a run that has ended: from the target's API, and from the worker's journal. */
export interface RunEvidence {
  readonly id: string;
  readonly eventId: string;
  readonly status: string;
  /** The times at which it was queued, started and ended, in milliseconds since 1970. */
  readonly queuedAt: number;
  /** The time of the first call of its function; absent if there was none. */
  readonly startedAt?: number;
  readonly endedAt: number;
  readonly input: unknown;
  readonly output: unknown;
  /** The steps from the target's trace. */
  readonly steps: readonly StepView[];
  /** The attempts from the journal; absent without one. */
  readonly journal?: readonly JournalAttempt[];
}

/** The attempts of a step from the trace, as milliseconds since 1970. It omits attempts that lack a start or an end. */
export function attemptsOf(run: RunEvidence, stepId: string): { startedAt: number; endedAt: number }[] {
  const step = run.steps.find(({ id }) => id === stepId);
  return (step?.attempts ?? []).flatMap(({ startedAt, endedAt }) =>
    startedAt === undefined || endedAt === undefined
      ? []
      : [{ startedAt: Date.parse(startedAt), endedAt: Date.parse(endedAt) }],
  );
}

/** How often a step was executed, from the journal; undefined without one. */
export function journalCount(run: RunEvidence, stepId: string): number | undefined {
  return run.journal?.filter((attempt) => attempt.stepId === stepId).length;
}

/** How often a step was executed, from the trace. */
export function traceCount(run: RunEvidence, stepId: string): number {
  return run.steps.find(({ id }) => id === stepId)?.attempts.length ?? 0;
}
