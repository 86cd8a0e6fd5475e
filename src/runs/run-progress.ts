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

/** An event of the stream. */
export interface Progress {
  /** Names what it tells, and is the same whenever that is told again. */
  key: string;
  /**
   * Where to go on after a lost connection. What passes, such as a wait, cannot be found again once it is over: its id
   * is that of the last thing before it that stays, a `~`, and what it tells.
   */
  id: string;
  event: ProgressEvent;
}

/**
 * Everything that has happened to the newest run of an event so far, in the order in which it did: so it only ever
 * grows at its end, and whoever has seen a part of it has seen all before. What passes comes last.
 */
export function progressOf({
  status,
  reason,
  run,
}: Pick<EventOutcome, 'status' | 'reason' | 'run'>): Progress[] {
  if (!run) {
    if (status !== 'SKIPPED') return [];
    const event: ProgressEvent = { type: 'ended', status, ...(reason !== undefined && { reason }) };
    return [{ key: 'skipped', id: 'skipped', event }];
  }
  const told: Progress[] = [];
  let last = '';
  const tell = (name: string, event: ProgressEvent): void => {
    last = `${run.id}:${name}`;
    told.push({ key: last, id: last, event });
  };
  const tellPassing = (key: string, event: ProgressEvent): void => {
    told.push({ key, id: `${last}~${key}`, event });
  };
  const attempts = attemptsOf(run);
  tell('queued', { type: 'queued', at: run.queuedAt, runId: run.id });
  if (run.startedAt !== undefined) tell('started', { type: 'started', at: run.startedAt, runId: run.id });
  for (const made of attempts.filter(hasEnded)) tell(keyOf(made), attemptEvent(made));
  if (run.endedAt !== undefined) {
    const { endedAt: at, output, error } = run;
    tell('ended', {
      type: 'ended',
      at,
      status: run.status,
      ...(output !== undefined && { output }),
      ...(error && { error }),
    });
    return told;
  }
  for (const made of attempts) if (!hasEnded(made)) tellPassing(keyOf(made), attemptEvent(made));
  if (run.waiting) {
    const { reason: why, until, step, attempt } = run.waiting;
    tellPassing(`waiting:${step ?? ''}:${attempt ?? ''}:${until ?? why}`, {
      type: 'waiting',
      reason: why,
      ...(until !== undefined && { until }),
      ...(step !== undefined && { step }),
      ...(attempt !== undefined && { attempt }),
    });
  }
  return told;
}

/** How many of these a listener has seen whose last event had this id; none when the id is of another run. */
export function seenOf(all: readonly Progress[], lastId: string): number {
  return all.findLastIndex(({ id }) => lastId === id || lastId.startsWith(`${id}~`)) + 1;
}

/** Whether a listener whose last event had this id has heard of the end of the newest run, and so of everything. */
export function knowsTheEnd(
  outcome: Pick<EventOutcome, 'status' | 'reason' | 'run'>,
  lastId: string,
): boolean {
  const last = progressOf(outcome).at(-1);
  return last?.event.type === 'ended' && last.id === lastId;
}

interface Made {
  step: StepView;
  /** How many steps of that id there were before: those of a loop have the same. */
  nth: number;
  attempt: AttemptView;
}

/** The attempts of all steps in the order in which they ended, and those that go on in the order of their start. */
function attemptsOf(run: RunView): Made[] {
  return run.steps
    .flatMap((step, at) => {
      const nth = run.steps.slice(0, at).filter(({ id }) => id === step.id).length;
      return step.attempts.map((attempt) => ({ step, nth, attempt }));
    })
    .toSorted((a, b) => (momentOf(a) ?? '~').localeCompare(momentOf(b) ?? '~'));
}

function hasEnded({ attempt: { status } }: Made): boolean {
  return status === 'COMPLETED' || status === 'FAILED';
}

function keyOf({ step, nth, attempt: { attempt, status } }: Made): string {
  return `step:${step.id}:${nth > 0 ? `${nth}:` : ''}${attempt}:${status}`;
}

function attemptEvent(made: Made): ProgressEvent {
  const { attempt, status, error } = made.attempt;
  const at = momentOf(made);
  return {
    type: 'step',
    ...(at !== undefined && { at }),
    step: made.step.id,
    attempt,
    status,
    ...(error && { error }),
  };
}

function momentOf({ attempt: { startedAt, endedAt } }: Made): string | undefined {
  return endedAt ?? startedAt;
}
