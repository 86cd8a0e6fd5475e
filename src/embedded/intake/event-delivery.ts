import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '../../clock/index.js';
import {
  asCondition,
  type Budget,
  compileExpression,
  SHARED_STEPS,
  SharedBudget,
  TooCostlyError,
} from '../expressions/index.js';
import { cancelledByEventReason, cancels } from '../flow-control/index.js';
import { FunctionRegistry, type TriggeredFunction } from '../functions/function-registry.js';
import { eventForApp, type StoredEvent } from '../protocol/event.js';
import { RunProgress } from '../runs/run-progress.js';
import { FunctionScheduler } from '../starts/function-scheduler.js';
import { EventStore } from '../store/event.store.js';
import { RunStore, type Run } from '../store/run.store.js';
import { TimerStore } from '../store/timer.store.js';
import { WaitStore, type Wait } from '../store/wait.store.js';
import type { Turn } from '../../common/turn.js';
import { MatchingWaits } from './matching-waits.js';

/** How many waits one query reads. */
const WAITS_PER_PAGE = 50;

/**
 * Where a piece of a delivery begins. A delivery first cancels runs, then resumes waiting steps, then triggers functions.
 * `after`: the position of the last wait, or the slug of the last function, of the previous piece. `last`: the position of
 * the last wait of the phase.
 */
type Place =
  { phase: 'cancel' | 'event'; after: number; last: number } | { phase: 'functions'; after: string };

/** @param left the rest of the event's budget, in steps; absent in files of earlier versions */
type Cursor = Place & { left?: number };

/** One piece of a delivery. */
interface Piece {
  turn: Pick<Turn, 'isOver'>;
  steps: SharedBudget;
}

/** Delivers a stored event: cancels runs, resumes steps that wait for it and triggers functions. */
@Injectable()
export class EventDelivery {
  private readonly logger = new Logger('Inngest');

  constructor(
    private readonly functions: FunctionRegistry,
    private readonly scheduler: FunctionScheduler,
    private readonly progress: RunProgress,
    private readonly runs: RunStore,
    private readonly events: EventStore,
    private readonly waits: WaitStore,
    private readonly matching: MatchingWaits,
    private readonly timers: TimerStore,
    private readonly clock: Clock,
  ) {}

  /**
   * Delivers one piece, as a part of the caller's transaction. A piece ends when the turn is over, after at least one wait
   * or function. An expression that fails does not affect other waits and functions. All expressions of one event share a
   * budget; an expression that exceeds it counts as false, and the event's outcome for its function says so.
   *
   * @param functionId the function to which alone the event is delivered; null for all
   * @param cursor the result of the previous piece; empty for the first
   * @returns the cursor of the next piece; undefined after the last one
   */
  deliver(
    event: StoredEvent,
    { functionId, cursor, turn }: { functionId: string | null; cursor: string; turn: Pick<Turn, 'isOver'> },
  ): string | undefined {
    if (functionId !== null) return this.start(functionId, event);
    const { left = SHARED_STEPS, ...from } = this.read(cursor);
    const piece = { turn, steps: new SharedBudget(left) };
    const next = this.deliverFrom(from, event, piece);
    return next && JSON.stringify({ ...next, left: piece.steps.left } satisfies Cursor);
  }

  private deliverFrom(from: Place, event: StoredEvent, piece: Piece): Place | undefined {
    let place = from;
    while (place.phase !== 'functions') {
      const stoppedAt = this.deliverToWaits(place, event, piece);
      if (stoppedAt !== undefined) return { ...place, after: stoppedAt };
      place = place.phase === 'cancel' ? this.begin('event') : { phase: 'functions', after: '' };
    }
    return this.trigger(place.after, event, piece);
  }

  private read(cursor: string): Cursor {
    return cursor === '' ? this.begin('cancel') : (JSON.parse(cursor) as Cursor);
  }

  /** Begins a phase with the waits that exist now. A step that begins to wait after this waits for a later event. */
  private begin(phase: 'cancel' | 'event'): Place {
    return { phase, after: 0, last: this.waits.lastPosition() };
  }

  /** Returns the position of the last wait that was checked; undefined when there are no more. */
  private deliverToWaits(
    place: Place & { phase: 'cancel' | 'event' },
    event: StoredEvent,
    { turn, steps }: Piece,
  ): number | undefined {
    const waits = this.matching.page(place.phase, event, place, WAITS_PER_PAGE);
    for (const [index, wait] of waits.entries()) {
      if (place.phase === 'cancel') this.cancel(wait, event, steps.forItem());
      else this.resume(wait, event, steps.forItem());
      const isLast = index === waits.length - 1;
      if (isLast ? waits.length === WAITS_PER_PAGE : turn.isOver) return wait.position;
    }
    return undefined;
  }

  private start(functionId: string, event: StoredEvent): undefined {
    const fn = this.functions.byId(functionId);
    if (fn && fn.archivedAt === null) {
      this.scheduler.schedule(fn, event);
      return;
    }
    // The real server's message.
    const problem = `could not find function with ID: ${fn?.slug ?? functionId}`;
    this.progress.refuseInvocation(event, `${problem} (its app no longer registers it)`);
  }

  /** Returns where the next piece begins; undefined when all functions were triggered. */
  private trigger(after: string, event: StoredEvent, { turn, steps }: Piece): Place | undefined {
    const triggered = this.functions.triggeredBy(event.name, after);
    for (const [index, item] of triggered.entries()) {
      this.triggerOne(item, event, steps.forItem());
      if (turn.isOver && index < triggered.length - 1) return { phase: 'functions', after: item.fn.slug };
    }
    return undefined;
  }

  private triggerOne({ fn, triggers }: TriggeredFunction, event: StoredEvent, budget: Budget): void {
    const now = this.clock.now();
    const variables = { event: eventForApp(event) };
    try {
      const matches = triggers.some(
        ({ condition }) => condition === undefined || asCondition(condition.evaluate(variables, now, budget)),
      );
      if (matches) this.scheduler.schedule(fn, event, budget);
    } catch (error) {
      if (!(error instanceof TooCostlyError)) throw error;
      this.scheduler.skip(fn, event, error);
    }
  }

  private cancel(wait: Wait, event: StoredEvent, budget: Budget): void {
    const run = this.runs.get(wait.runId);
    const fn = run && this.functions.byId(run.functionId);
    const runEvent = run && this.runs.firstEventOf(run.id);
    if (!run || !fn || !runEvent) return;
    const target = { event: eventForApp(runEvent), queuedAt: run.queuedAt };
    try {
      const rule = fn.flow.cancelOn.find((candidate) =>
        cancels(candidate, target, eventForApp(event), this.clock.now(), budget),
      );
      if (rule) this.progress.cancel(run, cancelledByEventReason(rule, event.id));
    } catch (error) {
      if (!(error instanceof TooCostlyError)) throw error;
      this.storeOutcome(event, run, `run ${run.id} was not cancelled: ${error.message}`);
    }
  }

  private resume(wait: Wait, event: StoredEvent, budget: Budget): void {
    const now = this.clock.now();
    if (wait.stepId === null) return;
    if (wait.expression !== null && !this.holds(wait, wait.expression, event, budget)) return;
    // The wait has timed out, although its timer has not fired yet.
    if (this.timers.isPast(wait.id, { wall: now, steady: this.clock.steady() })) return;
    this.waits.remove(wait.id);
    this.timers.remove(wait.id);
    this.progress.resolve(wait.runId, wait.stepId, eventForApp(event));
  }

  private holds(wait: Wait, expression: string, event: StoredEvent, budget: Budget): boolean {
    const runEvent = this.runs.firstEventOf(wait.runId);
    if (!runEvent) return false;
    const variables = { event: eventForApp(runEvent), async: eventForApp(event) };
    try {
      const result = compileExpression(expression).evaluate(variables, this.clock.now(), budget);
      if (!result.ok) {
        this.logger.warn(
          `The condition "${expression}" of a wait of run ${wait.runId} failed: ${result.error}`,
        );
      }
      return asCondition(result);
    } catch (error) {
      if (!(error instanceof TooCostlyError)) throw error;
      const run = this.runs.get(wait.runId);
      if (run) this.storeOutcome(event, run, `run ${run.id} was not resumed: ${error.message}`);
      return false;
    }
  }

  /** If the event also triggers the run's function, a later phase replaces this outcome. */
  private storeOutcome(event: StoredEvent, { functionId }: Run, reason: string): void {
    this.events.setOutcome(event.internalId, functionId, { reason }, this.clock.now());
  }
}
