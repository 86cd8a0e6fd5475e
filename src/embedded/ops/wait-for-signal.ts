import { Injectable } from '@nestjs/common';
import { optionalText, requiredText, type Op } from '../protocol/ops.js';
import { StepStore } from '../store/step.store.js';
import { WaitStore } from '../store/wait.store.js';
import { RunProgress } from '../runs/run-progress.js';
import { Timers } from '../timers/timers.js';
import { A_YEAR_MS, dueTimeOf, parseRequestedTime, type RequestedTime } from './due-time.js';
import { KNOWN, nameOf, PENDING, races, type Effect, type OpContext, type OpHandler } from './op-handler.js';

const SIGNAL_TIMEOUT = 'signal-timeout';

interface WaitForSignalOp extends Op {
  signal: string;
  until: RequestedTime;
  /** Whether the step takes the signal over from another step that waits for it. If not, the run fails with a conflict. */
  replaces: boolean;
}

/**
 * Waits for a signal. Only one step at a time can wait for a signal. The step's result is `{signal, data}`, or null when the
 * signal did not come before the timeout.
 */
@Injectable()
export class WaitForSignal implements OpHandler<WaitForSignalOp> {
  readonly codes = ['WaitForSignal'] as const;

  constructor(
    private readonly steps: StepStore,
    private readonly waits: WaitStore,
    private readonly timers: Timers,
    private readonly progress: RunProgress,
  ) {
    timers.on(SIGNAL_TIMEOUT, (timer) => {
      waits.remove(timer.id);
      progress.resolve(timer.runId ?? '', String(timer.payload), null);
    });
  }

  parse(op: Op): WaitForSignalOp {
    const timeout = optionalText(op.opts?.['timeout']);
    return {
      ...op,
      signal: requiredText(op.opts?.['signal'], op, 'opts.signal'),
      until: timeout ? parseRequestedTime(timeout, op) : { inMs: A_YEAR_MS },
      replaces: op.opts?.['conflict'] === 'replace',
    };
  }

  apply(op: WaitForSignalOp, { run, now, setBack }: OpContext): Effect {
    if (this.steps.get(run.id, op.id)) return KNOWN;
    const [other] = this.waits.find('signal', op.signal);
    if (other && !op.replaces) {
      const message = `Signal conflict: run ${other.runId} already waits for the signal "${op.signal}".`;
      this.progress.fail(run, { name: 'Error', message });
      return { kind: 'ended' };
    }
    // The step that loses the signal waits until its timeout (read in Inngest's source).
    if (other) this.waits.remove(other.id);
    this.steps.save({
      runId: run.id,
      id: op.id,
      name: nameOf(op),
      op: 'WAIT_FOR_SIGNAL',
      status: 'WAITING',
      opts: JSON.stringify(op.opts),
      race: races(op),
      queuedAt: now,
      startedAt: now,
      endedAt: null,
    });
    const id = `${run.id}:signal:${op.id}`;
    const { wall: expiresAt, timer } = dueTimeOf({ now, setBack }, op.until);
    this.waits.insert({
      id,
      kind: 'signal',
      subject: op.signal,
      runId: run.id,
      stepId: op.id,
      expression: null,
      equality: null,
      expiresAt,
    });
    this.timers.set({ id, kind: SIGNAL_TIMEOUT, ...timer, runId: run.id, payload: op.id });
    return PENDING;
  }
}
