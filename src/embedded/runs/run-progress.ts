import { Injectable } from '@nestjs/common';
import { Clock } from '../../clock/index.js';
import { FunctionRegistry } from '../functions/function-registry.js';
import { eventForApp, InternalEvent, type StoredEvent } from '../protocol/event.js';
import { COALESCING_VERSION } from '../protocol/call.js';
import { asError, type SerializedError } from '../protocol/ops.js';
import { MAX_STATE_BYTES } from '../../common/inngest-limits.js';
import { isRecord } from '../../common/is-record.js';
import { DeferralStore } from '../store/deferral.store.js';
import { FlowStore } from '../store/flow.store.js';
import { hasEnded, RunStore, type Run, type RunStatus } from '../store/run.store.js';
import { StepStore, type StepStatus } from '../store/step.store.js';
import { TimerStore } from '../store/timer.store.js';
import { WaitStore } from '../store/wait.store.js';
import { Outbox } from '../outbox/outbox.js';
import { Changes } from '../notices/notices.js';
import { CallQueue } from '../queue/call-queue.js';

/** A run with so many finished steps is not called any more, as on the real server. */
export const MAX_STEPS = 1_000;

export function tooManySteps(): SerializedError {
  return {
    name: 'InngestErrFunctionOverflowed',
    message: `The function run exceeded the step limit of ${MAX_STEPS} steps.`,
  };
}

/** How a run goes on and how it ends. Every method is a part of the caller's transaction. */
@Injectable()
export class RunProgress {
  constructor(
    private readonly runs: RunStore,
    private readonly steps: StepStore,
    private readonly waits: WaitStore,
    private readonly deferrals: DeferralStore,
    private readonly timers: TimerStore,
    private readonly flow: FlowStore,
    private readonly queue: CallQueue,
    private readonly functions: FunctionRegistry,
    private readonly outbox: Outbox,
    private readonly changes: Changes,
    private readonly clock: Clock,
  ) {}

  /**
   * Memoizes a step's result; the first one stands.
   *
   * @param memo what later calls are sent for it: `{data}`, `{error}`, an event, or null
   */
  memoize(
    runId: string,
    stepId: string,
    memo: unknown,
    status: StepStatus = 'COMPLETED',
    at = this.clock.now(),
  ): void {
    const run = this.runs.getOrThrow(runId);
    if (hasEnded(run)) return;
    const json = JSON.stringify(memo ?? null);
    if (!this.steps.memoize(runId, stepId, { memo: json, order: run.stepCount, status, at })) return;
    const bytes = Buffer.byteLength(json);
    this.runs.addStep(runId, bytes);
    this.changes.mark({ kind: 'run', runId });
    if (run.stateBytes + bytes > MAX_STATE_BYTES) {
      this.fail(run, {
        name: 'InngestErrStateOverflowed',
        message: `The function run exceeded the state size limit of ${MAX_STATE_BYTES} bytes.`,
      });
    }
  }

  /** Counts an answer without anything new as a step. */
  countRepetition(runId: string): void {
    this.runs.addStep(runId, 0);
  }

  /** Memoizes the result of a step that something other than a call brought, and lets the function go on. */
  resolve(runId: string, stepId: string, memo: unknown, status: StepStatus = 'COMPLETED'): void {
    const race = this.steps.get(runId, stepId)?.race ?? false;
    this.memoize(runId, stepId, memo, status);
    this.resume(runId, race);
  }

  /** A sleep has ended. */
  wake(runId: string, stepId: string): void {
    const race = this.steps.get(runId, stepId)?.race ?? false;
    this.memoize(runId, stepId, null);
    this.resume(runId, race, true);
  }

  /**
   * Calls the function to find its next step. While some of the steps that were planned together are not done that
   * waits for the last of them, unless the step that is done races with them. From then on the app may run steps that it
   * finds again; in the call after a sleep it may not yet (measured on Inngest 1.43).
   */
  resume(runId: string, race = false, afterSleep = false): void {
    const run = this.runs.getOrThrow(runId);
    if (hasEnded(run)) return;
    if (!race && this.steps.isAwaiting(runId)) return;
    if (run.plansFirst && run.requestVersion >= COALESCING_VERSION) this.runs.setPlansFirst(runId, false);
    if (!this.queue.hasWaitingContinue(runId)) this.queue.enqueueContinue(run, afterSleep && run.plansFirst);
  }

  complete(run: Run, output: unknown): void {
    this.end(run, { status: 'COMPLETED', output }, [
      { name: InternalEvent.FunctionFinished, data: { result: output } },
    ]);
  }

  /** @param output what the app sent, when that is more than the error */
  fail(run: Run, error: SerializedError, output: unknown = error): void {
    const data = { error: { error: error.name ?? 'Error', ...error }, result: output };
    this.end(run, { status: 'FAILED', output }, [
      { name: InternalEvent.FunctionFailed, data, id: run.id },
      { name: InternalEvent.FunctionFinished, data },
    ]);
  }

  /** @param reason why, for people */
  cancel(run: Run, reason: string): void {
    this.end(run, { status: 'CANCELLED', output: undefined, reason }, [
      { name: InternalEvent.FunctionCancelled, data: {}, id: run.id },
      { name: InternalEvent.FunctionFinished, data: {} },
    ]);
  }

  private end(
    run: Run,
    end: { status: RunStatus; output: unknown; reason?: string },
    announcements: { name: string; data: Record<string, unknown>; id?: string }[],
  ): void {
    if (hasEnded(this.runs.getOrThrow(run.id))) return;
    const now = this.clock.now();
    const { output, ...rest } = end;
    this.runs.end(run.id, {
      ...rest,
      output: output === undefined ? null : JSON.stringify(output),
      at: now,
    });
    this.queue.endRun(run.id);
    this.timers.removeOfRun(run.id);
    this.waits.removeOfRun(run.id);
    this.steps.cancelUnresolved(run.id, now);
    this.flow.releaseSingleton(run.id);
    this.changes.mark({ kind: 'run', runId: run.id });
    const events = this.runs.eventsOf(run.id);
    for (const event of events) {
      if (end.status === 'COMPLETED') this.answerInvocation(event, { data: output ?? null }, 'COMPLETED');
      else this.answerInvocation(event, { error: invocationError(end.status, output) }, 'FAILED');
    }
    this.announce(run, end.status, events, announcements);
    this.startDeferred(run);
  }

  /**
   * The event will start no run. If it is an invocation, the step that waits for it fails with the reason; other events
   * have nobody to tell.
   */
  refuseInvocation(event: StoredEvent, reason: string): void {
    const message = `"${String(invocationOf(event)?.['fn_id'])}" was not run: ${reason}`;
    this.answerInvocation(event, { error: { name: 'Error', message } }, 'FAILED');
  }

  /** The step that invoked a run gets what came of it. */
  private answerInvocation(event: StoredEvent, memo: unknown, status: StepStatus): void {
    const correlationId = invocationOf(event)?.['correlation_id'];
    if (typeof correlationId !== 'string') return;
    for (const wait of this.waits.find('invoke', correlationId)) {
      this.waits.remove(wait.id);
      this.timers.remove(wait.id);
      if (wait.stepId !== null) this.resolve(wait.runId, wait.stepId, memo, status);
    }
  }

  private announce(
    run: Run,
    status: RunStatus,
    stored: readonly StoredEvent[],
    announcements: { name: string; data: Record<string, unknown>; id?: string }[],
  ): void {
    const [first] = stored;
    // A function that listens for the end of functions would otherwise never come to an end itself.
    if (!first || ENDS.has(first.name)) return;
    const fn = this.functions.byId(run.functionId);
    const common = {
      _inngest: { status: status.charAt(0) + status.slice(1).toLowerCase() },
      event: eventForApp(first),
      events: stored.map(eventAsSent),
      function_id: fn?.slug ?? run.functionId,
      run_id: run.id,
    };
    for (const { name, data, id } of announcements) {
      // Each would hold the one before it twice, in `event` and `events`, and trigger the same functions again.
      if (name === InternalEvent.FunctionCancelled && first.name === name) continue;
      this.outbox.announce({
        name,
        data: { ...common, ...data },
        ...(id !== undefined && { id }),
        ...(first.sessions && { sessions: first.sessions }),
      });
    }
  }

  /** What the run deferred starts by an event of its own, however the run ended. */
  private startDeferred(run: Run): void {
    const fn = this.functions.byId(run.functionId);
    for (const { status, functionSlug, input, sessions } of this.deferrals.ofRun(run.id)) {
      if (status !== 'waiting') continue;
      const origin = {
        fn_slug: functionSlug,
        parent_app_id: fn?.app.id ?? '',
        parent_fn_id: run.functionId,
        parent_fn_slug: fn?.slug ?? run.functionId,
        parent_run_id: run.id,
      };
      this.outbox.announce({
        name: InternalEvent.DeferredSchedule,
        data: { ...input, _inngest: origin },
        ...(sessions && { sessions }),
      });
    }
  }
}

/** What the server noted in the event of an invocation; undefined for other events. */
function invocationOf(event: StoredEvent): Record<string, unknown> | undefined {
  const meta = event.name === InternalEvent.FunctionInvoked ? event.data['_inngest'] : undefined;
  return isRecord(meta) ? meta : undefined;
}

const ENDS: ReadonlySet<string> = new Set([InternalEvent.FunctionFailed, InternalEvent.FunctionFinished]);

/** Without the `user` that apps are always given, as measured on Inngest 1.43. */
function eventAsSent(stored: StoredEvent): object {
  const { user, ...event } = eventForApp(stored);
  return { ...event, ...(stored.user && { user }) };
}

function invocationError(status: RunStatus, output: unknown): Record<string, unknown> {
  if (status === 'CANCELLED') {
    return { error: 'Cancelled', name: 'Error', message: 'The invoked function was cancelled.' };
  }
  return { error: 'NonRetriableError', ...asError(output) };
}
