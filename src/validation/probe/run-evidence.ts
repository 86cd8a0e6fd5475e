import type { StepView } from '../../runs/index.js';
import type { JournalAttempt } from '../environment/journal.js';

/** All that is known about a run that has ended: what the target tells, and what the worker's steps wrote. */
export interface RunEvidence {
  readonly id: string;
  readonly eventId: string;
  readonly status: string;
  /** When it was queued, started and ended, in milliseconds since 1970. */
  readonly queuedAt: number;
  /** When its function was first called; absent when it never was. */
  readonly startedAt?: number;
  readonly endedAt: number;
  readonly input: unknown;
  readonly output: unknown;
  /** The steps by the target's trace. */
  readonly steps: readonly StepView[];
  /** The attempts by the journal; absent without one. */
  readonly journal?: readonly JournalAttempt[];
}

/** The attempts of a step by the trace, as moments; an attempt without both times is left out. */
export function attemptsOf(run: RunEvidence, stepId: string): { startedAt: number; endedAt: number }[] {
  const step = run.steps.find(({ id }) => id === stepId);
  return (step?.attempts ?? []).flatMap(({ startedAt, endedAt }) =>
    startedAt === undefined || endedAt === undefined
      ? []
      : [{ startedAt: Date.parse(startedAt), endedAt: Date.parse(endedAt) }],
  );
}

/** How often a step was executed by the journal; absent without one. */
export function journalCount(run: RunEvidence, stepId: string): number | undefined {
  return run.journal?.filter((attempt) => attempt.stepId === stepId).length;
}

/** How often a step was executed by the trace. */
export function traceCount(run: RunEvidence, stepId: string): number {
  return run.steps.find(({ id }) => id === stepId)?.attempts.length ?? 0;
}
