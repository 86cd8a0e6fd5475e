import { readStored, readStoredRecord } from '../../store/stored-json.js';
import { Injectable } from '@nestjs/common';
import { Clock } from '../../../clock/index.js';
import { eventForApp } from '../../protocol/event.js';
import { EventStore } from '../../store/event.store.js';
import { QueueStore } from '../../store/queue.store.js';
import { hasEnded, RunStore, type Run } from '../../store/run.store.js';
import { StepStore, type Attempt, type Step } from '../../store/step.store.js';
import { TimerStore } from '../../store/timer.store.js';
import { durationOf, iso, isoIfKnown } from '../shared/run-views.js';
import { wrapOutput } from '../shared/wrap-output.js';
import type { PendingCall, Span } from './answer-types/trace.js';

/** The memo of a sleep, or of a wait that timed out. Measured on Inngest 1.43: the trace shows no output for it. */
const NO_RESULT = 'null';

/** The name of the span for the function outside its steps, as on the real server. */
const FUNCTION_SPAN = 'Finalization';

/** Makes the tree of a run's steps and attempts from the store's rows. Absent fields are undefined, as in {@link RunViews}. */
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

  /** The run's calls that are queued or under way, which have no span yet. */
  pendingCalls(run: Run): PendingCall[] {
    return this.queue.ofRun(run.id).map((item): PendingCall => ({
      state: item.state,
      attempt: item.attempt,
      stepId: item.stepId ?? undefined,
      queuedAt: iso(item.queuedAt),
      notBefore: iso(item.at),
      startedAt: isoIfKnown(item.calledAt),
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
      ...timesOf(run),
      input: includeOutput ? { data: this.runs.eventsOf(run.id).map(eventForApp) } : undefined,
      output: includeOutput ? shown(run.output) : undefined,
      children,
    };
  }

  private stepSpan(run: Run, step: Step, attempts: readonly Attempt[], includeOutput: boolean): Span {
    // A step with a failed attempt has not ended if a retry follows.
    const isOpen = step.memo === null && step.endedAt === null && !hasEnded(run);
    const opts = step.opts === null ? undefined : readStoredRecord(step.opts);
    return {
      id: `${run.id}.${step.id}`,
      name: step.name,
      status: isOpen && step.status === 'FAILED' ? 'RUNNING' : step.status,
      ...timesOf({ ...step, endedAt: isOpen ? null : step.endedAt }),
      stepId: step.id,
      stepOp: step.op,
      ...this.linksOf(step),
      copiedFromRunId: step.copiedFrom ?? undefined,
      input: includeOutput && opts && Object.keys(opts).length > 0 ? opts : undefined,
      output:
        includeOutput && step.memo !== null && step.memo !== NO_RESULT ? outputOf(step.memo) : undefined,
      children:
        attempts.length > 1 || attempts.some(isFailed)
          ? attempts.map((attempt) => attemptSpan(attempt, includeOutput, step))
          : undefined,
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
      until: isoIfKnown(until),
      invokedRunId: invoked?.id,
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
      ...timesOf({ ...first, endedAt: isOpen ? null : last.endedAt }),
      children: attempts.some(isFailed)
        ? attempts.map((attempt) => attemptSpan(attempt, includeOutput))
        : undefined,
      output: includeOutput ? shown(last.output) : undefined,
    };
  }
}

function attemptSpan(attempt: Attempt, includeOutput: boolean, step?: Step): Span {
  return {
    id: `${attempt.runId}.${attempt.stepId || 'function'}.${attempt.number}.${attempt.startedAt}`,
    name: `Attempt ${attempt.number}`,
    status: attempt.status,
    ...timesOf(attempt),
    stepId: step?.id,
    stepOp: step?.op,
    retryAt: isoIfKnown(attempt.retryAt),
    output: includeOutput ? shown(attempt.output) : undefined,
  };
}

function isFailed(attempt: Attempt): boolean {
  return attempt.status === 'FAILED';
}

/** When a run, a step or an attempt was queued, started and ended. */
interface Times {
  queuedAt: number;
  startedAt: number | null;
  endedAt: number | null;
}

function timesOf(times: Times): Pick<Span, 'queuedAt' | 'startedAt' | 'endedAt' | 'durationMs'> {
  return {
    queuedAt: iso(times.queuedAt),
    startedAt: isoIfKnown(times.startedAt),
    endedAt: isoIfKnown(times.endedAt),
    durationMs: durationOf(times),
  };
}

/** @param output JSON, or null for none */
function shown(output: string | null): object | undefined {
  return output === null ? undefined : wrapOutput(readStored(output));
}

/** The output of a memoized step: the value of `{data}`, or the error of `{error}`. */
function outputOf(memo: string): unknown {
  const parsed = readStored(memo);
  if (typeof parsed === 'object' && parsed !== null) {
    if ('error' in parsed && Object.keys(parsed).length === 1) return parsed.error;
    if ('data' in parsed && Object.keys(parsed).length === 1) return wrapOutput(parsed.data);
  }
  return wrapOutput(parsed);
}
