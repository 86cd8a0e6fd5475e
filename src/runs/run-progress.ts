import type { EventOutcome } from './runs.service.js';
import type { AttemptView, RunView, StepView } from './run-view.js';

/** One thing that happened in a run's life. Times are ISO 8601. */
export type ProgressEvent =
  | { type: 'queued'; at?: string; runId: string }
  | { type: 'started'; at?: string; runId: string }
  /** One attempt of a step. Without checkpointing it is seen to start before it ends. */
  | {
      type: 'step';
      at?: string;
      step: string;
      attempt: number;
      status: AttemptView['status'];
      error?: AttemptView['error'];
    }
  | { type: 'waiting'; reason: string; until?: string; step?: string; attempt?: number }
  | {
      type: 'ended';
      at?: string;
      status: string;
      output?: unknown;
      error?: RunView['error'];
      reason?: string;
    };

/** An event of the stream: the id says where to go on after a lost connection. */
export interface Progress {
  /** The same whenever the same thing is told again. */
  id: string;
  event: ProgressEvent;
}

/** Everything that has happened to the newest run of an event so far, in order. */
export function progressOf({ status, reason, run }: EventOutcome): Progress[] {
  if (!run) {
    if (status !== 'SKIPPED') return [];
    return [{ id: 'skipped', event: { type: 'ended', status, ...(reason !== undefined && { reason }) } }];
  }
  const told: Progress[] = [];
  const tell = (id: string, event: ProgressEvent): void => {
    told.push({ id: `${run.id}:${id}`, event });
  };
  tell('queued', { type: 'queued', at: run.queuedAt, runId: run.id });
  if (run.startedAt !== undefined) tell('started', { type: 'started', at: run.startedAt, runId: run.id });
  for (const { step, attempt } of attemptsOf(run)) tellAttempt(tell, step, attempt);
  if (run.endedAt !== undefined) {
    const { endedAt: at, output, error } = run;
    tell('ended', {
      type: 'ended',
      at,
      status: run.status,
      ...(output !== undefined && { output }),
      ...(error && { error }),
    });
  } else if (run.waiting) {
    const { reason: why, until, step, attempt } = run.waiting;
    tell(`waiting:${step ?? ''}:${attempt ?? ''}:${until ?? why}`, {
      type: 'waiting',
      reason: why,
      ...(until !== undefined && { until }),
      ...(step !== undefined && { step }),
      ...(attempt !== undefined && { attempt }),
    });
  }
  return told;
}

function tellAttempt(
  tell: (id: string, event: ProgressEvent) => void,
  { id: step }: StepView,
  { attempt, status, startedAt, endedAt, error }: AttemptView,
): void {
  const at = endedAt ?? startedAt;
  tell(`step:${step}:${attempt}:${status}`, {
    type: 'step',
    ...(at !== undefined && { at }),
    step,
    attempt,
    status,
    ...(error && { error }),
  });
}

/** The attempts of all steps in the order in which they began. */
function attemptsOf(run: RunView): { step: StepView; attempt: AttemptView }[] {
  return run.steps
    .flatMap((step) => step.attempts.map((attempt) => ({ step, attempt })))
    .toSorted((a, b) => (a.attempt.startedAt ?? '~').localeCompare(b.attempt.startedAt ?? '~'));
}
