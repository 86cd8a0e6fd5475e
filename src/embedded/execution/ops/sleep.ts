import { Injectable } from '@nestjs/common';
import { parseDuration } from '../../flow-control/index.js';
import type { SleepOp } from '../../protocol/ops.js';
import { StepStore } from '../../store/step.store.js';
import { RunProgress } from '../run-progress.js';
import { Timers } from '../timers.js';
import { nameOf, PENDING, races, type Effect, type OpContext, type OpHandler } from './op-handler.js';

const SLEEP = 'sleep';

/** The run rests for a while, or until a date, and holds nothing meanwhile. A slept step's result is null. */
@Injectable()
export class Sleep implements OpHandler<SleepOp> {
  readonly codes = ['Sleep'] as const;

  constructor(
    private readonly steps: StepStore,
    private readonly timers: Timers,
    progress: RunProgress,
  ) {
    timers.on(SLEEP, (timer) => progress.resolve(timer.runId ?? '', String(timer.payload), null));
  }

  apply(op: SleepOp, { run, now }: OpContext): Effect {
    if (this.steps.get(run.id, op.id)) return PENDING;
    this.steps.save({
      runId: run.id,
      id: op.id,
      name: nameOf(op),
      op: 'SLEEP',
      status: 'WAITING',
      opts: JSON.stringify({ until: op.name }),
      race: races(op),
      queuedAt: now,
      startedAt: now,
      endedAt: null,
    });
    this.timers.set({
      id: `${SLEEP}:${run.id}:${op.id}`,
      kind: SLEEP,
      at: Math.max(now, momentOf(op.name, now)),
      runId: run.id,
      payload: op.id,
    });
    return PENDING;
  }
}

/** The moment that a duration from now, or an ISO date, names. @throws DurationError when it is neither */
export function momentOf(text: string, now: number): number {
  const date = /^\d{4}-/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? now + parseDuration(text) : date;
}
