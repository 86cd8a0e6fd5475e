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
  /** The run that this one replays, with all of its events. */
  replayOf?: Run;
  /** The step from which it replays that run: it takes over the results of the steps before. */
  fromStep?: FromStep;
  /** The batch whose events trigger it. */
  batchId?: string;
  /** What the expressions of its flow control may still spend. */
  budget?: Budget;
}

/** Makes a run of a function and queues its first call. What decides *whether* it runs has been asked before. */
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
   * @param first the event that triggered it, or the first of those that did: the one that expressions read
   * @throws TooCostlyError before anything is changed
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
    const firstStep =
      options.replayOf && options.fromStep && this.takeOver(run, options.replayOf, options.fromStep);
    // What the events led to before stays noted: a replay is not their doing.
    if (!options.replayOf) this.events.setOutcomesOfRun(run.id, fn.id, now);
    this.listenForCancellation(fn, run, first);
    this.timeouts.apply(fn, run);
    this.queue.enqueueStart(run, firstStep);
    this.changes.mark({ kind: 'run', runId: run.id });
    return run;
  }

  /**
   * The new run has the results of what began before the step, in the order of the trace.
   *
   * @returns the step, when its code is in the app: as on the real server, the first call runs that step alone. The SDK
   *   loses the result of a step with another input when it goes on in the same call.
   */
  private takeOver(run: Run, from: Run, { stepId, input }: FromStep): string | undefined {
    const known = this.steps.ofRun(from.id);
    const place = known.findIndex(({ id }) => id === stepId);
    const before = known.slice(0, place).map(({ id }) => id);
    const { steps, bytes } = this.steps.copy(from.id, run.id, before, run.queuedAt);
    const inputBytes = input === undefined ? 0 : Buffer.byteLength(JSON.stringify(input));
    this.runs.setState(run.id, { steps, bytes: bytes + inputBytes });
    const step = known[place];
    if (step?.op !== 'RUN') return undefined;
    const { id, name, op, race, opts } = step;
    const again = input === undefined ? opts : JSON.stringify({ ...readStoredRecord(opts ?? '{}'), input });
    const times = { queuedAt: run.queuedAt, startedAt: null, endedAt: null };
    this.steps.save({ runId: run.id, id, name, op, race, status: 'QUEUED', opts: again, ...times });
    return id;
  }

  private listenForCancellation(fn: AppFunction, run: Run, event: StoredEvent): void {
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
