import { Injectable } from '@nestjs/common';
import { Clock } from '../../../clock/index.js';
import { eventForApp } from '../../protocol/event.js';
import { EventStore } from '../../store/event.store.js';
import { QueueStore, type QueueItem } from '../../store/queue.store.js';
import { hasEnded, RunStore, type Run } from '../../store/run.store.js';
import { StepStore, type Attempt, type Step } from '../../store/step.store.js';
import { TimerStore } from '../../store/timer.store.js';
import { iso } from '../shared/run-views.js';
import { asObject } from '../shared/as-object.js';

/** A part of a run's life. A step that took more than one attempt has a child for each. */
export interface Span {
  id: string;
  name: string;
  status: string;
  queuedAt: string;
  startedAt?: string;
  endedAt?: string;
  durationMs?: string;
  stepId?: string;
  stepOp?: string;
  input?: unknown;
  output?: unknown;
  /** When the failed attempt is followed by another; only of this server. */
  retryAt?: string;
  /** When a sleep or a wait ends by itself; only of this server, and only while it goes on. */
  until?: string;
  /** The run that this step invoked; only of this server. */
  invokedRunId?: string;
  children?: Span[];
}

/** A call to the app that is waited for or under way; only of this server. */
export interface PendingCall {
  state: QueueItem['state'];
  /** From 0. */
  attempt: number;
  /** The planned step that it runs, when it is one's own call. */
  stepId?: string;
  queuedAt: string;
  /** Not before this moment. */
  notBefore: string;
  /** When the app was called. */
  startedAt?: string;
}

/** The memo of a sleep, or of a wait that expired: as measured on Inngest 1.43, such a step shows no output. */
const NOTHING = 'null';

/** The attempts of the function itself, outside of steps, have this name. */
const FUNCTION_SPAN = 'Finalization';

/** Makes the tree of a run's steps and attempts out of what is stored. */
@Injectable()
export class RunTrace {
  constructor(
    private readonly runs: RunStore,
    private readonly steps: StepStore,
    private readonly queue: QueueStore,
    private readonly timers: TimerStore,
    private readonly clock: Clock,
    private readonly events: EventStore,
  ) {}

  /** What the trace cannot show as a span yet. */
  pendingCalls(run: Run): PendingCall[] {
    return this.queue.ofRun(run.id).map((item) => ({
      state: item.state,
      attempt: item.attempt,
      ...(item.stepId !== null && { stepId: item.stepId }),
      queuedAt: iso(item.queuedAt),
      notBefore: iso(item.at),
      ...(item.calledAt !== null && { startedAt: iso(item.calledAt) }),
    }));
  }

  of(run: Run, includeOutput: boolean): Span {
    const attempts = new Map<string, Attempt[]>();
    for (const attempt of this.steps.attempts(run.id)) {
      attempts.set(attempt.stepId, [...(attempts.get(attempt.stepId) ?? []), attempt]);
    }
    const children = this.steps
      .ofRun(run.id)
      .map((step) => this.stepSpan(run, step, attempts.get(step.id) ?? [], includeOutput));
    const ofFunction = attempts.get('') ?? [];
    if (ofFunction.length > 0) children.push(this.functionSpan(run, ofFunction, includeOutput));
    return {
      id: run.id,
      name: 'Run',
      status: run.status,
      ...times(run.queuedAt, run.startedAt, run.endedAt),
      ...(includeOutput && {
        input: { data: this.runs.eventsOf(run.id).map(eventForApp) },
        ...(run.output !== null && { output: asObject(JSON.parse(run.output)) }),
      }),
      children,
    };
  }

  private stepSpan(run: Run, step: Step, attempts: readonly Attempt[], includeOutput: boolean): Span {
    // A failed attempt is not the end of a step that is tried again.
    const isOpen = step.memo === null && step.endedAt === null && !hasEnded(run);
    const opts = step.opts === null ? undefined : (JSON.parse(step.opts) as Record<string, unknown>);
    return {
      id: `${run.id}.${step.id}`,
      name: step.name,
      status: isOpen && step.status === 'FAILED' ? 'RUNNING' : step.status,
      ...times(step.queuedAt, step.startedAt, isOpen ? null : step.endedAt),
      stepId: step.id,
      stepOp: step.op,
      ...this.linksOf(step),
      ...(includeOutput && opts && Object.keys(opts).length > 0 && { input: opts }),
      ...(includeOutput && step.memo !== null && step.memo !== NOTHING && { output: outputOf(step.memo) }),
      ...((attempts.length > 1 || attempts.some(isFailed)) && {
        children: attempts.map((attempt) => attemptSpan(attempt, includeOutput, step)),
      }),
    };
  }

  private linksOf(step: Step): Pick<Span, 'until' | 'invokedRunId'> {
    const until =
      step.status === 'WAITING'
        ? this.timers.momentOfStep(step.runId, step.id, this.clock.setBack)
        : undefined;
    const eventId =
      step.op === 'INVOKE' ? this.events.ofInvocation(`${step.runId}.${step.id}`, step.queuedAt) : undefined;
    const invoked = eventId === undefined ? undefined : this.runs.ofEvent(eventId)[0];
    return {
      ...(until !== undefined && { until: iso(until) }),
      ...(invoked && { invokedRunId: invoked.id }),
    };
  }

  private functionSpan(run: Run, attempts: readonly Attempt[], includeOutput: boolean): Span {
    const [first] = attempts as [Attempt];
    const last = attempts.at(-1) as Attempt;
    const isOpen = last.retryAt !== null && !hasEnded(run);
    return {
      id: `${run.id}.function`,
      name: FUNCTION_SPAN,
      status: isOpen ? 'RUNNING' : last.status,
      ...times(first.queuedAt, first.startedAt, isOpen ? null : last.endedAt),
      ...(attempts.some(isFailed) && {
        children: attempts.map((attempt) => attemptSpan(attempt, includeOutput)),
      }),
      ...(includeOutput && last.output !== null && { output: asObject(JSON.parse(last.output)) }),
    };
  }
}

function attemptSpan(attempt: Attempt, includeOutput: boolean, step?: Step): Span {
  return {
    id: `${attempt.runId}.${attempt.stepId || 'function'}.${attempt.number}.${attempt.startedAt}`,
    name: `Attempt ${attempt.number}`,
    status: attempt.status,
    ...times(attempt.queuedAt, attempt.startedAt, attempt.endedAt),
    ...(step && { stepId: step.id, stepOp: step.op }),
    ...(attempt.retryAt !== null && { retryAt: iso(attempt.retryAt) }),
    ...(includeOutput && attempt.output !== null && { output: asObject(JSON.parse(attempt.output)) }),
  };
}

function isFailed(attempt: Attempt): boolean {
  return attempt.status === 'FAILED';
}

function times(
  queuedAt: number,
  startedAt: number | null,
  endedAt: number | null,
): Pick<Span, 'queuedAt' | 'startedAt' | 'endedAt' | 'durationMs'> {
  return {
    queuedAt: iso(queuedAt),
    ...(startedAt !== null && { startedAt: iso(startedAt) }),
    ...(endedAt !== null && { endedAt: iso(endedAt) }),
    ...(startedAt !== null && endedAt !== null && { durationMs: String(endedAt - startedAt) }),
  };
}

/** What a memoized step gave: the value of `{data}`, or the error of `{error}`. */
function outputOf(memo: string): unknown {
  const parsed = JSON.parse(memo) as unknown;
  if (typeof parsed === 'object' && parsed !== null) {
    if ('error' in parsed && Object.keys(parsed).length === 1) return parsed.error;
    if ('data' in parsed && Object.keys(parsed).length === 1) return asObject(parsed.data);
  }
  return asObject(parsed);
}
