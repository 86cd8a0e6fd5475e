import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '../../clock/index.js';
import { asCondition, compileExpression } from '../expressions/index.js';
import { cancelledByEventReason, cancels } from '../flow-control/index.js';
import type { AppFunction } from '../functions/app-function.js';
import { FunctionRegistry } from '../functions/function-registry.js';
import { eventForApp, type StoredEvent } from '../protocol/event.js';
import { RunProgress } from '../runs/run-progress.js';
import { FunctionScheduler } from '../starts/function-scheduler.js';
import { RunStore } from '../store/run.store.js';
import { TimerStore } from '../store/timer.store.js';
import { WaitStore, type Wait } from '../store/wait.store.js';
import { MatchingWaits } from './matching-waits.js';

/** How many waits one piece of a delivery looks at. */
const WAITS_PER_PIECE = 50;

/** Where a piece begins: first the runs that the event cancels, then the steps it resumes, then what it starts. */
type Cursor = { phase: 'cancel' | 'event'; after: number; last: number } | { phase: 'functions' };

/** Brings a stored event to the runs that it cancels, the steps that wait for it and the functions it triggers. */
@Injectable()
export class EventDelivery {
  private readonly logger = new Logger('Inngest');

  constructor(
    private readonly functions: FunctionRegistry,
    private readonly scheduler: FunctionScheduler,
    private readonly progress: RunProgress,
    private readonly runs: RunStore,
    private readonly waits: WaitStore,
    private readonly matching: MatchingWaits,
    private readonly timers: TimerStore,
    private readonly clock: Clock,
  ) {}

  /**
   * Delivers one piece, as a part of the caller's transaction. An expression that fails keeps nothing else from
   * happening.
   *
   * @param functionId the only function that the event is for
   * @param cursor what the piece before returned; empty for the first
   * @returns where the next piece begins; undefined when this was the last one
   */
  deliver(event: StoredEvent, functionId: string | null, cursor: string): string | undefined {
    if (functionId !== null) return this.start(functionId, event);
    for (let at = this.read(cursor); at.phase !== 'functions'; at = this.nextPhase(at.phase)) {
      const waits = this.matching.page(at.phase, event, at, WAITS_PER_PIECE);
      for (const wait of waits) {
        if (at.phase === 'cancel') this.cancel(wait, event);
        else this.resume(wait, event);
      }
      const lastSeen = waits.at(-1)?.position;
      if (waits.length === WAITS_PER_PIECE && lastSeen !== undefined) {
        return JSON.stringify({ ...at, after: lastSeen } satisfies Cursor);
      }
    }
    this.trigger(event);
    return undefined;
  }

  private read(cursor: string): Cursor {
    return cursor === '' ? this.begin('cancel') : (JSON.parse(cursor) as Cursor);
  }

  private nextPhase(phase: 'cancel' | 'event'): Cursor {
    return phase === 'cancel' ? this.begin('event') : { phase: 'functions' };
  }

  /** Only waits that are there now: a step that begins to wait between two pieces waits for a later event. */
  private begin(phase: 'cancel' | 'event'): Cursor {
    return { phase, after: 0, last: this.waits.lastPosition() };
  }

  private start(functionId: string, event: StoredEvent): undefined {
    const fn = this.functions.byId(functionId);
    const reason = fn && fn.archivedAt === null ? this.skipped(fn, event) : 'its app no longer registers it';
    if (reason !== undefined) {
      const name = fn?.slug ?? functionId;
      this.progress.refuseInvocation(event, `"${name}" was not run: ${reason}`);
    }
  }

  /** Returns why the function does not run. */
  private skipped(fn: AppFunction, event: StoredEvent): string | undefined {
    const scheduled = this.scheduler.schedule(fn, event);
    return scheduled.kind === 'skipped' ? scheduled.reason : undefined;
  }

  private trigger(event: StoredEvent): void {
    for (const { fn, triggers } of this.functions.triggeredBy(event.name)) {
      const now = this.clock.now();
      const variables = { event: eventForApp(event) };
      const fits = triggers.some(
        ({ condition }) => condition === undefined || asCondition(condition.evaluate(variables, now)),
      );
      if (fits) this.scheduler.schedule(fn, event);
    }
  }

  private cancel(wait: Wait, event: StoredEvent): void {
    const run = this.runs.get(wait.runId);
    const fn = run && this.functions.byId(run.functionId);
    const own = run && this.runs.firstEventOf(run.id);
    if (!run || !fn || !own) return;
    const target = { event: eventForApp(own), queuedAt: run.queuedAt };
    const rule = fn.flow.cancelOn.find((candidate) =>
      cancels(candidate, target, eventForApp(event), this.clock.now()),
    );
    if (rule) this.progress.cancel(run, cancelledByEventReason(rule, event.id));
  }

  private resume(wait: Wait, event: StoredEvent): void {
    const now = this.clock.now();
    if (wait.stepId === null) return;
    if (wait.expression !== null && !this.holds(wait, wait.expression, event, now)) return;
    // The event has come too late, though before the timer that says so.
    if (this.timers.isPast(wait.id, { wall: now, steady: this.clock.steady() })) return;
    this.waits.remove(wait.id);
    this.timers.remove(wait.id);
    this.progress.resolve(wait.runId, wait.stepId, eventForApp(event));
  }

  private holds(wait: Wait, expression: string, event: StoredEvent, now: number): boolean {
    const own = this.runs.firstEventOf(wait.runId);
    if (!own) return false;
    const result = compileExpression(expression).evaluate(
      { event: eventForApp(own), async: eventForApp(event) },
      now,
    );
    if (!result.ok) this.logger.warn(`Run ${wait.runId} waits with "${expression}": ${result.error}`);
    return asCondition(result);
  }
}
