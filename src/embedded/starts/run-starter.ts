import { Injectable } from '@nestjs/common';
import { Clock } from '../../clock/index.js';
import type { AppFunction } from '../functions/app-function.js';
import { cancellableUntil, concurrencySlots, prioritySeconds, throttleKey } from '../flow-control/index.js';
import { Ids } from '../store/ids.js';
import { eventForApp, InternalEvent, type StoredEvent } from '../protocol/event.js';
import { EventStore } from '../store/event.store.js';
import { RunStore, type Run } from '../store/run.store.js';
import { WaitStore } from '../store/wait.store.js';
import { Changes } from '../notices/notices.js';
import { CallQueue } from '../queue/call-queue.js';
import { TimeoutTimers } from '../runs/timeout-timers.js';

export interface StartOptions {
  /** The run that this one replays. */
  originalRunId?: string;
  batchId?: string;
  /** What the events led to before stays noted: a replay is not their doing. */
  keepOutcome?: boolean;
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

  /** @param events those that triggered it, at least one; expressions read the first */
  start(
    fn: AppFunction,
    events: readonly StoredEvent[],
    { keepOutcome = false, ...options }: StartOptions = {},
  ): Run {
    const now = this.clock.now();
    const [first] = events;
    if (!first) throw new Error(`A run of ${fn.slug} needs an event.`);
    const variables = { event: eventForApp(first) };
    const run = this.runs.insert(
      {
        ...options,
        id: this.ids.ulid(),
        functionId: fn.id,
        triggerEvent: first.name,
        queuedAt: now,
        priority: prioritySeconds(fn.flow.priority, variables, now),
        slots: concurrencySlots(fn.id, fn.flow.concurrency, variables, now),
        ...(fn.flow.throttle && { throttleKey: throttleKey(fn.flow.throttle, variables, now) }),
        ...(first.name === InternalEvent.ScheduledTimer && { cron: String(first.data['cron']) }),
      },
      events.map((event) => event.internalId),
    );
    if (!keepOutcome) {
      for (const event of events) this.events.setOutcome(event.internalId, fn.id, { runId: run.id }, now);
    }
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
