import { Injectable } from '@nestjs/common';
import { compileExpression } from '../../expressions/index.js';
import type { WaitForEventOp } from '../../protocol/ops.js';
import { StepStore } from '../../store/step.store.js';
import { WaitStore } from '../../store/wait.store.js';
import { RunProgress } from '../run-progress.js';
import { Timers } from '../timers.js';
import { momentOf } from './sleep.js';
import { nameOf, PENDING, races, type Effect, type OpContext, type OpHandler } from './op-handler.js';

const WAIT_TIMEOUT = 'wait-timeout';

/** The run waits for an event. Its result is the event, or null when none came in time. */
@Injectable()
export class WaitForEvent implements OpHandler<WaitForEventOp> {
  readonly codes = ['WaitForEvent'] as const;

  constructor(
    private readonly steps: StepStore,
    private readonly waits: WaitStore,
    private readonly timers: Timers,
    private readonly progress: RunProgress,
  ) {
    timers.on(WAIT_TIMEOUT, (timer) => {
      const wait = waits.get(timer.id);
      if (!wait || wait.stepId === null) return;
      waits.remove(wait.id);
      progress.resolve(wait.runId, wait.stepId, null);
    });
  }

  apply(op: WaitForEventOp, { run, now }: OpContext): Effect {
    if (this.steps.get(run.id, op.id)) return PENDING;
    const id = `${run.id}:event:${op.id}`;
    const expiresAt = op.opts.timeout === undefined ? null : Math.max(now, momentOf(op.opts.timeout, now));
    try {
      if (op.opts.if !== undefined) compileExpression(op.opts.if);
    } catch (error) {
      const message = `Step "${nameOf(op)}" waits with a bad expression: ${(error as Error).message}`;
      this.progress.fail(run, { name: 'Error', message });
      return { kind: 'ended' };
    }
    this.steps.save({
      runId: run.id,
      id: op.id,
      name: nameOf(op),
      op: 'WAIT_FOR_EVENT',
      status: 'WAITING',
      opts: JSON.stringify({ event: op.name, ...op.opts }),
      race: races(op),
      queuedAt: now,
      startedAt: now,
      endedAt: null,
    });
    this.waits.insert({
      id,
      kind: 'event',
      subject: op.name,
      runId: run.id,
      stepId: op.id,
      expression: op.opts.if ?? null,
      expiresAt,
    });
    if (expiresAt !== null) {
      this.timers.set({ id, kind: WAIT_TIMEOUT, at: expiresAt, runId: run.id, payload: null });
    }
    return PENDING;
  }
}
