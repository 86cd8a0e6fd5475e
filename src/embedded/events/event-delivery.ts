import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '../../clock/index.js';
import { FunctionRegistry } from '../apps/function-registry.js';
import { RunProgress } from '../execution/run-progress.js';
import { asCondition, compileExpression } from '../expressions/index.js';
import { cancelledByEventReason, cancels } from '../flow-control/index.js';
import { eventForApp, type StoredEvent } from '../protocol/event.js';
import { RunStore } from '../store/run.store.js';
import { TimerStore } from '../store/timer.store.js';
import { WaitStore, type Wait } from '../store/wait.store.js';
import { FunctionScheduler } from './function-scheduler.js';

/** Brings a stored event to the functions it triggers, the steps that wait for it and the runs that it cancels. */
@Injectable()
export class EventDelivery {
  private readonly logger = new Logger(EventDelivery.name);

  constructor(
    private readonly functions: FunctionRegistry,
    private readonly scheduler: FunctionScheduler,
    private readonly progress: RunProgress,
    private readonly runs: RunStore,
    private readonly waits: WaitStore,
    private readonly timers: TimerStore,
    private readonly clock: Clock,
  ) {}

  /** Every part is done on its own: an expression that fails keeps nothing else from happening. */
  deliver(event: StoredEvent): void {
    for (const wait of this.waits.find('cancel', event.name)) this.cancel(wait, event);
    for (const wait of this.waits.find('event', event.name)) this.wake(wait, event);
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
    const own = run && this.runs.eventsOf(run.id)[0];
    if (!run || !fn || !own) return;
    const target = { event: eventForApp(own), queuedAt: run.queuedAt };
    const rule = fn.flow.cancelOn.find((candidate) =>
      cancels(candidate, target, eventForApp(event), this.clock.now()),
    );
    if (rule) this.progress.cancel(run, cancelledByEventReason(rule, event.id));
  }

  private wake(wait: Wait, event: StoredEvent): void {
    const now = this.clock.now();
    if (wait.stepId === null || (wait.expiresAt !== null && wait.expiresAt < now)) return;
    if (wait.expression !== null && !this.holds(wait, wait.expression, event, now)) return;
    this.waits.remove(wait.id);
    this.timers.remove(wait.id);
    this.progress.resolve(wait.runId, wait.stepId, eventForApp(event));
  }

  private holds(wait: Wait, expression: string, event: StoredEvent, now: number): boolean {
    const own = this.runs.eventsOf(wait.runId)[0];
    if (!own) return false;
    const result = compileExpression(expression).evaluate(
      { event: eventForApp(own), async: eventForApp(event) },
      now,
    );
    if (!result.ok) this.logger.warn(`Run ${wait.runId} waits with "${expression}": ${result.error}`);
    return asCondition(result);
  }
}
