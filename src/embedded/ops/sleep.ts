import { Injectable } from '@nestjs/common';
import { optionalText, type Op } from '../protocol/ops.js';
import { StepStore } from '../store/step.store.js';
import { RunProgress } from '../runs/run-progress.js';
import { Timers } from '../timers/timers.js';
import { dueTimeOf, parseRequestedTime, tooLong, type RequestedTime } from './due-time.js';
import { KNOWN, nameOf, PENDING, races, type Effect, type OpContext, type OpHandler } from './op-handler.js';

const SLEEP = 'sleep';

interface SleepOp extends Op {
  /** A duration ("1h30m") or an ISO date. */
  duration: string;
  until: RequestedTime;
}

/** Sleeps for a duration or until a date. A sleeping run holds no slot. The step's result is null. */
@Injectable()
export class Sleep implements OpHandler<SleepOp> {
  readonly codes = ['Sleep'] as const;

  constructor(
    private readonly steps: StepStore,
    private readonly timers: Timers,
    private readonly progress: RunProgress,
  ) {
    timers.on(SLEEP, (timer) => progress.wake(timer.runId ?? '', String(timer.payload)));
  }

  parse(op: Op): SleepOp {
    // The JavaScript and Python SDKs send the duration as the op's name, the Go SDK in its options.
    const duration = optionalText(op.opts?.['duration']) || (op.name ?? '');
    return { ...op, duration, until: parseRequestedTime(duration, op) };
  }

  apply(op: SleepOp, { run, now, setBack }: OpContext): Effect {
    if (this.steps.get(run.id, op.id)) return KNOWN;
    const due = dueTimeOf({ now, setBack }, op.until);
    const error = tooLong(`The sleep "${nameOf(op)}"`, due.wall, now);
    if (error) {
      this.progress.fail(run, error);
      return { kind: 'ended' };
    }
    this.steps.save({
      runId: run.id,
      id: op.id,
      name: nameOf(op),
      op: 'SLEEP',
      status: 'WAITING',
      opts: JSON.stringify({ until: op.duration }),
      race: races(op),
      queuedAt: now,
      startedAt: now,
      endedAt: null,
    });
    this.timers.set({
      id: `${SLEEP}:${run.id}:${op.id}`,
      kind: SLEEP,
      ...due.timer,
      runId: run.id,
      payload: op.id,
    });
    return PENDING;
  }
}
