import type { EventOutcome } from './runs.service.js';
import type { AttemptView, RunView, StepView } from './run-view.js';

/** One progress event of a run. Times are ISO 8601. */
export type ProgressEvent =
  | { type: 'queued'; at?: string; runId: string }
  | { type: 'started'; at?: string; runId: string }
  /** One attempt of a step. Only without checkpointing is its start reported before its end. */
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
  /** Identifies the progress event; it is the same if the event is yielded again. */
  key: string;
  /**
   * The id from which a client continues after a lost connection. A temporary state, such as a wait, cannot be found
   * again when it is over; its id is that of the last permanent event before it, a `~`, and its key.
   */
  id: string;
  event: ProgressEvent;
}

/**
 * All progress events of the newest run of an event so far, in the order in which they happened. The list grows only at
 * its end, so a listener that has seen one event has seen all before it. Temporary states come last.
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

/** How many of these events a listener with this last id has seen; 0 if the id belongs to another run. */
export function seenOf(all: readonly Progress[], lastId: string): number {
  return all.findLastIndex(({ id }) => lastId === id || lastId.startsWith(`${id}~`)) + 1;
}

/** Whether a listener with this last id has seen the end of the newest run, and so everything. */
export function knowsTheEnd(
  outcome: Pick<EventOutcome, 'status' | 'reason' | 'run'>,
  lastId: string,
): boolean {
  const last = progressOf(outcome).at(-1);
  return last?.event.type === 'ended' && last.id === lastId;
}

interface Made {
  step: StepView;
  /** How many steps with this id came before. Steps in a loop have the same id. */
  nth: number;
  attempt: AttemptView;
}

/**
 * The attempts of all steps: ended ones in the order of their ends, then executing ones in the order of their starts.
 */
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
