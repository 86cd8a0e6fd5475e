import { Injectable } from '@nestjs/common';
import { Clock } from '../../clock/index.js';
import type { AppFunction } from '../functions/app-function.js';
import { cancellableUntil, concurrencySlots, prioritySeconds, throttleKey } from '../flow-control/index.js';
import { Ids } from '../store/ids.js';
import { Budget } from '../expressions/index.js';
import { eventForApp, InternalEvent, type StoredEvent } from '../protocol/event.js';
import { EventStore } from '../store/event.store.js';
import { RunStore, type EventsOfRun, type FromStep, type Run } from '../store/run.store.js';
import { readStoredRecord } from '../store/stored-json.js';
import { StepStore } from '../store/step.store.js';
import { WaitStore } from '../store/wait.store.js';
import { Changes } from '../notices/notices.js';
import { CallQueue } from '../queue/call-queue.js';
import { TimeoutTimers } from '../runs/timeout-timers.js';

export interface StartOptions {
  /** The run that the new run replays. The new run has the same events. */
  replayOf?: Run;
  /** The step from which to replay that run. The new run copies the results of the steps before it. */
  fromStep?: FromStep;
  /** The batch whose events trigger the run. */
  batchId?: string;
  /** The budget for the expressions of the function's flow control. Default: a new one. */
  budget?: Budget;
}

/** Creates a run and queues its first call. The caller has decided before whether the function runs. */
@Injectable()
export class RunStarter {
  constructor(
    private readonly runs: RunStore,
    private readonly events: EventStore,
    private readonly steps: StepStore,
    private readonly waits: WaitStore,
    private readonly queue: CallQueue,
    private readonly timeouts: TimeoutTimers,
    private readonly changes: Changes,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  /**
   * @param first the event that triggers the run, or the first event of a batch; expressions read this event
   * @throws TooCostlyError before any change
   */
  start(fn: AppFunction, first: StoredEvent, options: StartOptions = {}): Run {
    const now = this.clock.now();
    const variables = { event: eventForApp(first) };
    const { budget = new Budget() } = options;
    const run = this.runs.insert(
      {
        ...(options.replayOf && { originalRunId: options.replayOf.originalRunId ?? options.replayOf.id }),
        ...(options.fromStep && { fromStep: options.fromStep }),
        ...(options.batchId !== undefined && { batchId: options.batchId }),
        id: this.ids.ulid(),
        functionId: fn.id,
        triggerEvent: first.name,
        queuedAt: now,
        priority: prioritySeconds(fn.flow.priority, variables, now, budget),
        slots: concurrencySlots(fn.id, fn.flow.concurrency, variables, now, budget),
        ...(fn.flow.throttle && { throttleKey: throttleKey(fn.flow.throttle, variables, now, budget) }),
        ...(first.name === InternalEvent.ScheduledTimer && { cron: String(first.data['cron']) }),
      },
      eventsOf(first, options),
    );
    this.steps.beginRun(run.id);
    const firstStep =
      options.replayOf && options.fromStep && this.copyStepsBefore(run, options.replayOf, options.fromStep);
    // A replay does not change the outcomes of its events, because the events did not cause it.
    if (!options.replayOf) this.events.setOutcomesOfRun(run.id, fn.id, now);
    this.addCancellationWaits(fn, run, first);
    this.timeouts.apply(fn, run);
    this.queue.enqueueStart(run, firstStep);
    this.changes.mark({ kind: 'run', runId: run.id });
    return run;
  }

  /**
   * Copies the results of the steps that began before the given step, in the order of the trace.
   *
   * @returns the step's id if the app executes the step. The first call then executes only that step, as on the real server:
   *   if the app continued in the same call, the SDK would lose the result of a step with a changed input.
   */
  private copyStepsBefore(run: Run, from: Run, { stepId, input }: FromStep): string | undefined {
    const known = this.steps.ofRun(from.id);
    const place = known.findIndex(({ id }) => id === stepId);
    const before = known.slice(0, place).map(({ id }) => id);
    this.steps.copy(from.id, run.id, before, run.queuedAt);
    const step = known[place];
    if (step?.op !== 'RUN') return undefined;
    const { id, name, op, race, opts } = step;
    const newOpts = input === undefined ? opts : JSON.stringify({ ...readStoredRecord(opts ?? '{}'), input });
    const times = { queuedAt: run.queuedAt, startedAt: null, endedAt: null };
    this.steps.save({ runId: run.id, id, name, op, race, status: 'QUEUED', opts: newOpts, ...times });
    return id;
  }

  private addCancellationWaits(fn: AppFunction, run: Run, event: StoredEvent): void {
    fn.flow.cancelOn.forEach((rule, index) => {
      const until = cancellableUntil(rule, run.queuedAt);
      this.waits.insert({
        id: `${run.id}:cancel:${index}`,
        kind: 'cancel',
        subject: rule.event,
        runId: run.id,
        stepId: null,
        expression: rule.if?.source ?? null,
        equality: rule.if?.equality(eventForApp(event)) ?? null,
        expiresAt: Number.isFinite(until) ? until : null,
      });
    });
  }
}

function eventsOf(first: StoredEvent, { replayOf, batchId }: StartOptions): EventsOfRun {
  if (replayOf) return { ofRun: replayOf.id };
  return batchId === undefined ? { eventId: first.internalId } : { ofBatch: batchId };
}
