import { Injectable } from '@nestjs/common';
import { Clock } from '../../clock/index.js';
import type { AppFunction } from '../functions/app-function.js';
import { cancellableUntil, concurrencySlots, prioritySeconds, throttleKey } from '../flow-control/index.js';
import { Ids } from '../store/ids.js';
import { Budget } from '../expressions/index.js';
import { eventForApp, InternalEvent, type StoredEvent } from '../protocol/event.js';
import { EventStore } from '../store/event.store.js';
import { RunStore, type EventsOfRun, type Run } from '../store/run.store.js';
import { WaitStore } from '../store/wait.store.js';
import { Changes } from '../notices/notices.js';
import { CallQueue } from '../queue/call-queue.js';
import { TimeoutTimers } from '../runs/timeout-timers.js';

export interface StartOptions {
  /** The run that this one replays, with all of its events. */
  replayOf?: Run;
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
    // What the events led to before stays noted: a replay is not their doing.
    if (!options.replayOf) this.events.setOutcomesOfRun(run.id, fn.id, now);
    this.listenForCancellation(fn, run, first);
    this.timeouts.apply(fn, run);
    this.queue.enqueueStart(run);
    this.changes.mark({ kind: 'run', runId: run.id });
    return run;
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
