import { Injectable } from '@nestjs/common';
import { MAX_STEP_BYTES } from '../../common/inngest-limits.js';
import type { Op, SerializedError } from '../protocol/ops.js';
import { StepStore } from '../store/step.store.js';
import { RunProgress } from '../runs/run-progress.js';
import { StepTiming } from '../runs/step-timing.js';
import { nameOf, races, type Effect, type OpContext, type OpHandler } from './op-handler.js';

/** Memoizes the result of a step that the app has executed. */
@Injectable()
export class RunStep implements OpHandler {
  readonly codes = ['StepRun', 'Step'] as const;

  constructor(
    private readonly steps: StepStore,
    private readonly progress: RunProgress,
    private readonly timing: StepTiming,
  ) {}

  apply(op: Op, { run, item, now }: OpContext): Effect {
    const { startedAt, endedAt } = this.timing.of(item, op.timing, now);
    const output = JSON.stringify(op.data ?? null);
    const error = tooLarge(op, output);
    if (error) {
      this.progress.fail(run, error);
      return { kind: 'ended' };
    }
    // Early SDKs report "Step", whose data is the memo itself.
    const memo = op.op === 'Step' ? output : `{"data":${output}}`;
    const step = {
      runId: run.id,
      id: op.id,
      name: nameOf(op),
      op: 'RUN',
      status: 'COMPLETED',
      opts: op.opts ? JSON.stringify(op.opts) : null,
      race: races(op),
      queuedAt: startedAt,
      startedAt,
      endedAt,
    } as const;
    // Most steps succeed in their first attempt. It is not stored as an attempt: that is a third of the work of storing it.
    if (item.attempt === 0 && this.progress.addResult(step, memo))
      return { kind: 'resolved', race: step.race };
    const known = this.steps.get(run.id, op.id);
    const race = known?.race ?? step.race;
    if (known?.memo != null) return { kind: 'resolved', race, isKnown: true };
    this.steps.addAttempt({
      runId: run.id,
      stepId: op.id,
      number: item.attempt,
      status: 'COMPLETED',
      queuedAt: item.attempt > 0 || item.stepId !== null ? item.queuedAt : startedAt,
      startedAt,
      endedAt,
      output,
      retryAt: null,
    });
    this.progress.saveResult({ ...step, race, queuedAt: known?.queuedAt ?? startedAt }, memo);
    return { kind: 'resolved', race };
  }
}

/**
 * The error for a step whose input or output is too large: the real server's message, with the step's name and the sizes
 * added. The real server retries the step first. Here the run fails without a retry, which would hardly make it smaller.
 */
function tooLarge(op: Op, output: string): SerializedError | undefined {
  // The arguments that the code passes to `step.run` after the id and the function.
  const input = JSON.stringify(op.opts?.['input'] ?? null);
  for (const [what, json] of Object.entries({ input, output })) {
    const bytes = Buffer.byteLength(json);
    if (bytes <= MAX_STEP_BYTES) continue;
    const inWords = `step "${nameOf(op)}": ${bytes} bytes, at most ${MAX_STEP_BYTES}`;
    return {
      name: 'Error',
      message: `error validating generator opcode ${op.id}: step ${what} size is greater than the limit (${inWords})`,
    };
  }
  return undefined;
}
