import { Injectable } from '@nestjs/common';
import { Clock } from '../../clock/index.js';
import type { AppFunction } from '../functions/app-function.js';
import { FunctionPauses, pausedSkipReason } from '../functions/function-pauses.js';
import { FunctionRegistry } from '../functions/function-registry.js';
import { RunProgress } from '../runs/run-progress.js';
import { RunStarter } from './run-starter.js';
import { Timers } from '../timers/timers.js';
import {
  batch,
  batchedReason,
  batchKey,
  debounce,
  debouncedReason,
  debounceKey,
  isBatched,
  rateLimit,
  rateLimitedReason,
  rateLimitKey,
  singleton,
  singletonCancelledReason,
  singletonKey,
  singletonSkippedReason,
} from '../flow-control/index.js';
import { Budget, TooCostlyError } from '../expressions/index.js';
import { Ids } from '../store/ids.js';
import { eventForApp, InternalEvent, type StoredEvent } from '../protocol/event.js';
import { EventStore } from '../store/event.store.js';
import { FlowStore, type HeldStart } from '../store/flow.store.js';
import { RunStore } from '../store/run.store.js';

const DEBOUNCE = 'debounce';
const BATCH = 'batch';

/** The outcome of an event for one function. */
export type Scheduled =
  | { kind: 'started'; runId: string }
  /** A run will start later, from this event or a later one. */
  | { kind: 'deferred'; reason: string }
  | { kind: 'skipped'; reason: string };

const NOT_REGISTERED = { kind: 'skipped', reason: 'skipped: its app no longer registers it' } as const;

/**
 * Decides whether an event starts a run of a function now, later or never. It applies batches, rate limits and idempotency,
 * debounce and singletons in the real server's order. The queue decides when the run's first call is made.
 */
@Injectable()
export class FunctionScheduler {
  constructor(
    private readonly flow: FlowStore,
    private readonly events: EventStore,
    private readonly runs: RunStore,
    private readonly starter: RunStarter,
    private readonly progress: RunProgress,
    private readonly timers: Timers,
    private readonly clock: Clock,
    private readonly ids: Ids,
    private readonly pauses: FunctionPauses,
    functions: FunctionRegistry,
  ) {
    timers.on(DEBOUNCE, (timer) => {
      const key = String(timer.payload);
      const pending = flow.debounce(key);
      // Resuming the function sets the timer again.
      if (pending && pauses.of(pending.functionId)) return;
      flow.removeDebounce(key);
      const event = pending && events.get(pending.eventId);
      if (!event) return;
      const fn = functions.byId(pending.functionId);
      this.withOutcome(pending.functionId, event, () =>
        fn ? this.startOne(fn, event, new Budget()) : NOT_REGISTERED,
      );
    });
    timers.on(BATCH, (timer) => {
      const pending = flow.batchById(String(timer.payload));
      if (pending && pauses.of(pending.functionId)) return;
      const fn = pending && functions.byId(pending.functionId);
      if (fn) this.startBatch(fn, pending.id, new Budget());
      else if (pending) this.dropBatch(pending.functionId, pending.id, NOT_REGISTERED.reason);
    });
  }

  /**
   * Schedules the function for an event. If the event will never start a run, the step that invoked the function fails.
   *
   * @param budget the budget of the event for this function. Evaluating keys and conditions spends it. If it is exceeded,
   *   the function does not run, and the event's outcome says so.
   */
  schedule(fn: AppFunction, event: StoredEvent, budget = new Budget()): Scheduled {
    return this.withOutcome(fn.id, event, () => this.decide(fn, event, budget));
  }

  /** Sets the timer of a debounce or a batch again, which a pause of its function has held. */
  resumeHeld(what: 'debounces' | 'batches', { id, startAt }: HeldStart): void {
    const kind = what === 'debounces' ? DEBOUNCE : BATCH;
    this.timers.set({ id: `${kind}:${id}`, kind, at: startAt, scale: 'steady', runId: null, payload: id });
  }

  /** Stores that an event starts no run because its expressions exceed the budget. */
  skip(fn: AppFunction, event: StoredEvent, { message }: TooCostlyError): Scheduled {
    return this.withOutcome(fn.id, event, () => ({ kind: 'skipped', reason: `skipped: ${message}` }));
  }

  /**
   * Decides, and stores the reason if the event starts no run, or none yet. If it never will, a step that waits for it
   * fails.
   */
  private withOutcome(functionId: string, event: StoredEvent, decide: () => Scheduled): Scheduled {
    const scheduled = unlessTooCostly(decide);
    if (scheduled.kind === 'started') return scheduled;
    this.events.setOutcome(event.internalId, functionId, { reason: scheduled.reason }, this.clock.now());
    if (scheduled.kind === 'skipped') this.progress.refuseInvocation(event, scheduled.reason);
    return scheduled;
  }

  private decide(fn: AppFunction, event: StoredEvent, budget: Budget): Scheduled {
    // Events with the same id from the sender run each function once. A repeated event is stored, but starts nothing.
    if (this.events.hasEarlier(event, fn.id)) {
      return { kind: 'skipped', reason: `skipped: an event with the id "${event.id}" was sent before` };
    }
    const pause = this.pauses.of(fn.id);
    if (pause && (pause.newRuns === 'skip' || event.name === InternalEvent.ScheduledTimer)) {
      return { kind: 'skipped', reason: pausedSkipReason(pause) };
    }
    const variables = { event: eventForApp(event) };
    if (fn.flow.batch && isBatched(fn.flow.batch, variables, this.clock.now(), budget))
      return this.addToBatch(fn, event, budget);
    const limited = this.refusedByRateLimit(fn, event, budget);
    if ('reason' in limited) return { kind: 'skipped', reason: limited.reason };
    const scheduled = fn.flow.debounce
      ? this.debounceEvent(fn, event, budget)
      : this.startOne(fn, event, budget);
    limited.settle?.(scheduled.kind === 'started' ? scheduled.runId : undefined);
    return scheduled;
  }

  /** Returns why the rate limit refuses the event; or `settle`, which uses up a permit and stores which run did so. */
  private refusedByRateLimit(
    fn: AppFunction,
    event: StoredEvent,
    budget: Budget,
  ): { reason: string } | { settle?: (runId: string | undefined) => void } {
    const rule = fn.flow.rateLimit;
    if (!rule) return {};
    const now = this.clock.now();
    const key = rateLimitKey(rule, { event: eventForApp(event) }, now, budget);
    if (key.kind === 'unlimited') return {};
    if (key.kind === 'error') {
      return { reason: `skipped: its ${rule.writtenAs} expression failed: ${key.error}` };
    }
    const id = `rate:${fn.id}:${key.key}`;
    const decision = rateLimit(rule, this.flow.arrival(id), this.clock.steady());
    if (!decision.allowed)
      return { reason: rateLimitedReason(rule, this.clock.toWall(decision.at), this.flow.lastRun(id)) };
    return { settle: (runId) => this.flow.setArrival(id, decision.state, runId) };
  }

  private debounceEvent(fn: AppFunction, event: StoredEvent, budget: Budget): Scheduled {
    const rule = fn.flow.debounce;
    if (!rule) return this.startOne(fn, event, budget);
    const now = this.clock.now();
    const key = `${fn.id}:${debounceKey(rule, { event: eventForApp(event) }, now, budget)}`;
    const pending = this.flow.debounce(key);
    const { state, takesEvent } = debounce(rule, pending, event.ts, this.clock.steady());
    if (!takesEvent) return { kind: 'skipped', reason: 'skipped: a later event is being debounced' };
    if (pending) {
      const reason = `skipped: debounced, the later event ${event.id} runs instead`;
      const superseded = this.events.get(pending.eventId);
      if (superseded) this.withOutcome(fn.id, superseded, () => ({ kind: 'skipped', reason }));
    }
    this.flow.saveDebounce(key, { ...state, functionId: fn.id, eventId: event.internalId });
    this.timers.set({
      id: `${DEBOUNCE}:${key}`,
      kind: DEBOUNCE,
      at: state.startAt,
      scale: 'steady',
      runId: null,
      payload: key,
    });
    return {
      kind: 'deferred',
      reason: debouncedReason({ ...state, startAt: this.clock.toWall(state.startAt) }),
    };
  }

  private startOne(fn: AppFunction, event: StoredEvent, budget: Budget): Scheduled {
    const rule = fn.flow.singleton;
    if (!rule) return { kind: 'started', runId: this.starter.start(fn, event, { budget }).id };
    const key = singletonKey(rule, { event: eventForApp(event) }, this.clock.now(), budget);
    if (key.kind !== 'key') return { kind: 'started', runId: this.starter.start(fn, event, { budget }).id };
    const id = `${fn.id}:${key.key}`;
    const decision = singleton(rule, this.flow.singleton(id));
    if (decision.action === 'skip')
      return { kind: 'skipped', reason: singletonSkippedReason(decision.runId) };
    const run = this.starter.start(fn, event, { budget });
    if (decision.action === 'cancelAndStart') {
      const old = this.runs.get(decision.runId);
      if (old) this.progress.cancel(old, singletonCancelledReason(run.id));
    }
    this.flow.setSingleton(id, run.id);
    return { kind: 'started', runId: run.id };
  }

  private addToBatch(fn: AppFunction, event: StoredEvent, budget: Budget): Scheduled {
    const rule = fn.flow.batch;
    if (!rule) return this.startOne(fn, event, budget);
    const now = this.clock.now();
    const key = `${fn.id}:${batchKey(rule, { event: eventForApp(event) }, now, budget)}`;
    const open = this.flow.batch(key);
    const size = open ? this.flow.batchSize(open.id) : 0;
    const bytes = Buffer.byteLength(JSON.stringify(eventForApp(event)));
    const state = open && { size, bytes: open.bytes, startAt: open.startAt };
    const decision = batch(rule, state, { bytes }, this.clock.steady());
    const id = open?.id ?? this.ids.ulid();
    if (!open) {
      this.flow.openBatch(key, { id, functionId: fn.id, startAt: decision.state.startAt });
      this.timers.set({
        id: `${BATCH}:${id}`,
        kind: BATCH,
        at: decision.state.startAt,
        scale: 'steady',
        runId: null,
        payload: id,
      });
    }
    this.flow.addToBatch(id, size, { id: event.internalId, bytes });
    if (decision.full) return this.startBatch(fn, id, budget);
    return {
      kind: 'deferred',
      reason: batchedReason(rule, { ...decision.state, startAt: this.clock.toWall(decision.state.startAt) }),
    };
  }

  private startBatch(fn: AppFunction, batchId: string, budget: Budget): Scheduled {
    const first = this.flow.firstOfBatch(batchId);
    const event = first === undefined ? undefined : this.events.get(first);
    if (!event) throw new Error(`The batch ${batchId} has no event.`);
    const scheduled = unlessTooCostly(() => ({
      kind: 'started',
      runId: this.starter.start(fn, event, { batchId, budget }).id,
    }));
    if (scheduled.kind === 'skipped') this.dropBatch(fn.id, batchId, scheduled.reason);
    else this.flow.closeBatch(batchId);
    this.timers.remove(`${BATCH}:${batchId}`);
    return scheduled;
  }

  private dropBatch(functionId: string, batchId: string, reason: string): void {
    this.events.setOutcomesOfBatch(batchId, functionId, reason, this.clock.now());
    for (const eventId of this.flow.invocationsOfBatch(batchId)) {
      const event = this.events.get(eventId);
      if (event) this.progress.refuseInvocation(event, reason);
    }
    this.flow.closeBatch(batchId);
  }
}

/** Turns a TooCostlyError into a skip. Expressions are evaluated before any change, so there is nothing to undo. */
function unlessTooCostly(schedule: () => Scheduled): Scheduled {
  try {
    return schedule();
  } catch (error) {
    if (!(error instanceof TooCostlyError)) throw error;
    return { kind: 'skipped', reason: `skipped: ${error.message}` };
  }
}
