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

/** The highest number of finished steps. A run that reaches it fails at its next call, as on the real server. */
export const MAX_STEPS = 1_000;

export function tooManySteps(): SerializedError {
  return {
    name: 'InngestErrFunctionOverflowed',
    message: `The function run exceeded the step limit of ${MAX_STEPS} steps.`,
  };
}

/** Stores results of steps, resumes runs and ends them. Every method is a part of the caller's transaction. */
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
   * Memoizes a step's result. If the step already has a result, nothing changes.
   *
   * @param memo the value that later calls carry: `{data}`, `{error}`, an event, or null
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
    if (!this.steps.memoize(runId, stepId, { memo: json, status, at })) return;
    this.gotResult(run);
  }

  /**
   * Stores a step together with its result. If the step already has a result, nothing changes.
   *
   * @param memo as for {@link memoize}, as JSON
   */
  saveResult(step: Parameters<StepStore['save']>[0], memo: string): void {
    const run = this.runs.getOrThrow(step.runId);
    if (hasEnded(run)) return;
    if (this.steps.save(step, memo)) this.gotResult(run);
  }

  /** As {@link saveResult}, for a step that is probably new. Returns false when it is not; then nothing changes. */
  addResult(step: Parameters<StepStore['save']>[0], memo: string): boolean {
    const run = this.runs.getOrThrow(step.runId);
    if (hasEnded(run) || !this.steps.add(step, memo)) return false;
    this.gotResult(run);
    return true;
  }

  private gotResult(run: Run): void {
    this.changes.mark({ kind: 'run', runId: run.id });
    if (this.steps.stateOf(run.id).bytes > MAX_STATE_BYTES) {
      this.fail(run, {
        name: 'InngestErrStateOverflowed',
        message: `The function run exceeded the state size limit of ${MAX_STATE_BYTES} bytes.`,
      });
    }
  }

  /** Counts an answer that brought nothing new as a step, so that the step limit ends an endless repetition. */
  countRepetition(runId: string): void {
    this.runs.addRepetition(runId);
  }

  /** Memoizes the result of a step that does not come from a call (such as an event or a timeout), and resumes the run. */
  resolve(runId: string, stepId: string, memo: unknown, status: StepStatus = 'COMPLETED'): void {
    const race = this.steps.get(runId, stepId)?.race ?? false;
    this.memoize(runId, stepId, memo, status);
    this.resume(runId, race);
  }

  /** Memoizes a sleep that has ended, and resumes the run. */
  wake(runId: string, stepId: string): void {
    const race = this.steps.get(runId, stepId)?.race ?? false;
    this.memoize(runId, stepId, null);
    this.resume(runId, race, true);
  }

  /**
   * Queues a call in which the function finds its next step. If steps were planned together, the call waits until all of
   * them have results, unless the step with the new result races. From this call on, the app may execute new steps without
   * planning them; in the call after a sleep it must still plan them (measured on Inngest 1.43).
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

  /** @param output the run's output, if the app sent more than the error */
  fail(run: Run, error: SerializedError, output: unknown = error): void {
    const data = { error: { error: error.name ?? 'Error', ...error }, result: output };
    this.end(run, { status: 'FAILED', output }, [
      { name: InternalEvent.FunctionFailed, data, id: run.id },
      { name: InternalEvent.FunctionFinished, data },
    ]);
  }

  /** @param reason the reason in words, for people */
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
   * Handles an event that will never start a run. If it is an invocation, the step that waits for it fails with the reason.
   * Other events need nothing.
   */
  refuseInvocation(event: StoredEvent, reason: string): void {
    const message = `"${String(invocationOf(event)?.['fn_id'])}" was not run: ${reason}`;
    this.answerInvocation(event, { error: { name: 'Error', message } }, 'FAILED');
  }

  /** Gives the result of a run to the step that invoked it. */
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
    // Otherwise a function that these events trigger would trigger itself forever.
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
      // Otherwise each event would contain the previous one twice, in `event` and `events`, and trigger the same functions.
      if (name === InternalEvent.FunctionCancelled && first.name === name) continue;
      this.outbox.announce({
        name,
        data: { ...common, ...data },
        ...(id !== undefined && { id }),
        ...(first.sessions && { sessions: first.sessions }),
      });
    }
  }

  /** Sends an event for each function that the run deferred, whatever the status of the run. */
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

/** The server's own data in the event of an invocation; undefined for other events. */
function invocationOf(event: StoredEvent): Record<string, unknown> | undefined {
  const meta = event.name === InternalEvent.FunctionInvoked ? event.data['_inngest'] : undefined;
  return isRecord(meta) ? meta : undefined;
}

const ENDS: ReadonlySet<string> = new Set([InternalEvent.FunctionFailed, InternalEvent.FunctionFinished]);

/** The event without the empty `user` that calls to apps always have, as measured on Inngest 1.43. */
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
