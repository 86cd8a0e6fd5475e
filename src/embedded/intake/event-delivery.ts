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

/** How many waits are read at once. */
const WAITS_AT_ONCE = 50;

/**
 * Where a piece begins: first the runs that the event cancels, then the steps it resumes, then what it starts.
 * `after`: the position of the last wait, or the slug of the last function, of the piece before.
 */
type Place =
  { phase: 'cancel' | 'event'; after: number; last: number } | { phase: 'functions'; after: string };

/** @param left the steps that the event's expressions still share; a file of an earlier version does not say */
type Cursor = Place & { left?: number };

/** One piece of a delivery. */
interface Piece {
  turn: Pick<Turn, 'isOver'>;
  steps: SharedBudget;
}

/** Brings a stored event to the runs that it cancels, the steps that wait for it and the functions it triggers. */
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
   * Delivers one piece, as a part of the caller's transaction: until the turn is over, but at least one wait or function.
   * An expression that fails keeps nothing else from happening. All expressions of one event share a budget; one that
   * exceeds it does not hold, and the event's outcome for its function says so.
   *
   * @param functionId the only function that the event is for
   * @param cursor what the piece before returned; empty for the first
   * @returns where the next piece begins; undefined when this was the last one
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
      const stoppedAt = this.tellWaits(place, event, piece);
      if (stoppedAt !== undefined) return { ...place, after: stoppedAt };
      place = place.phase === 'cancel' ? this.begin('event') : { phase: 'functions', after: '' };
    }
    return this.trigger(place.after, event, piece);
  }

  private read(cursor: string): Cursor {
    return cursor === '' ? this.begin('cancel') : (JSON.parse(cursor) as Cursor);
  }

  /** Only waits that are there now: a step that begins to wait between two pieces waits for a later event. */
  private begin(phase: 'cancel' | 'event'): Place {
    return { phase, after: 0, last: this.waits.lastPosition() };
  }

  /** Returns the position of the last wait that the event was held against; undefined when there are no more. */
  private tellWaits(
    place: Place & { phase: 'cancel' | 'event' },
    event: StoredEvent,
    { turn, steps }: Piece,
  ): number | undefined {
    const waits = this.matching.page(place.phase, event, place, WAITS_AT_ONCE);
    for (const [index, wait] of waits.entries()) {
      if (place.phase === 'cancel') this.cancel(wait, event, steps.forItem());
      else this.resume(wait, event, steps.forItem());
      const isLast = index === waits.length - 1;
      if (isLast ? waits.length === WAITS_AT_ONCE : turn.isOver) return wait.position;
    }
    return undefined;
  }

  private start(functionId: string, event: StoredEvent): undefined {
    const fn = this.functions.byId(functionId);
    if (fn && fn.archivedAt === null) {
      this.scheduler.schedule(fn, event);
      return;
    }
    // As the real server words it.
    const problem = `could not find function with ID: ${fn?.slug ?? functionId}`;
    this.progress.refuseInvocation(event, `${problem} (its app no longer registers it)`);
  }

  /** Returns where the next piece begins. */
  private trigger(after: string, event: StoredEvent, { turn, steps }: Piece): Place | undefined {
    const triggered = this.functions.triggeredBy(event.name, after);
    for (const [index, one] of triggered.entries()) {
      this.triggerOne(one, event, steps.forItem());
      if (turn.isOver && index < triggered.length - 1) return { phase: 'functions', after: one.fn.slug };
    }
    return undefined;
  }

  private triggerOne({ fn, triggers }: TriggeredFunction, event: StoredEvent, budget: Budget): void {
    const now = this.clock.now();
    const variables = { event: eventForApp(event) };
    try {
      const fits = triggers.some(
        ({ condition }) => condition === undefined || asCondition(condition.evaluate(variables, now, budget)),
      );
      if (fits) this.scheduler.schedule(fn, event, budget);
    } catch (error) {
      if (!(error instanceof TooCostlyError)) throw error;
      this.scheduler.skip(fn, event, error);
    }
  }

  private cancel(wait: Wait, event: StoredEvent, budget: Budget): void {
    const run = this.runs.get(wait.runId);
    const fn = run && this.functions.byId(run.functionId);
    const own = run && this.runs.firstEventOf(run.id);
    if (!run || !fn || !own) return;
    const target = { event: eventForApp(own), queuedAt: run.queuedAt };
    try {
      const rule = fn.flow.cancelOn.find((candidate) =>
        cancels(candidate, target, eventForApp(event), this.clock.now(), budget),
      );
      if (rule) this.progress.cancel(run, cancelledByEventReason(rule, event.id));
    } catch (error) {
      if (!(error instanceof TooCostlyError)) throw error;
      this.noteUnmatched(event, run, `run ${run.id} was not cancelled: ${error.message}`);
    }
  }

  private resume(wait: Wait, event: StoredEvent, budget: Budget): void {
    const now = this.clock.now();
    if (wait.stepId === null) return;
    if (wait.expression !== null && !this.holds(wait, wait.expression, event, budget)) return;
    // The event has come too late, though before the timer that says so.
    if (this.timers.isPast(wait.id, { wall: now, steady: this.clock.steady() })) return;
    this.waits.remove(wait.id);
    this.timers.remove(wait.id);
    this.progress.resolve(wait.runId, wait.stepId, eventForApp(event));
  }

  private holds(wait: Wait, expression: string, event: StoredEvent, budget: Budget): boolean {
    const own = this.runs.firstEventOf(wait.runId);
    if (!own) return false;
    const variables = { event: eventForApp(own), async: eventForApp(event) };
    try {
      const result = compileExpression(expression).evaluate(variables, this.clock.now(), budget);
      if (!result.ok) this.logger.warn(`Run ${wait.runId} waits with "${expression}": ${result.error}`);
      return asCondition(result);
    } catch (error) {
      if (!(error instanceof TooCostlyError)) throw error;
      const run = this.runs.get(wait.runId);
      if (run) this.noteUnmatched(event, run, `run ${run.id} was not resumed: ${error.message}`);
      return false;
    }
  }

  /** A function that the event triggers, too, replaces the note. */
  private noteUnmatched(event: StoredEvent, { functionId }: Run, reason: string): void {
    this.events.setOutcome(event.internalId, functionId, { reason }, this.clock.now());
  }
}
