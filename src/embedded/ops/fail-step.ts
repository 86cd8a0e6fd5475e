import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { asError, type Op, type SerializedError } from '../protocol/ops.js';
import { StepStore } from '../store/step.store.js';
import { Backoff } from '../queue/backoff.js';
import { RunProgress } from '../runs/run-progress.js';
import { StepTiming } from '../runs/step-timing.js';
import { nameOf, races, type Effect, type OpContext, type OpHandler } from './op-handler.js';

/** The step id under which the SDK reports an error of the function itself when the answer has other ops, too. */
const FUNCTION_ID = createHash('sha1').update('complete').digest('hex');

interface StepErrorOp extends Op {
  error: SerializedError;
}

/**
 * Handles a step that threw. While the step has retries left, the call is made again. After the last attempt the error is
 * memoized and the function is called again, so that it can handle the error.
 */
@Injectable()
export class FailStep implements OpHandler<StepErrorOp> {
  readonly codes = ['StepError', 'StepFailed'] as const;

  constructor(
    private readonly steps: StepStore,
    private readonly progress: RunProgress,
    private readonly timing: StepTiming,
    private readonly backoff: Backoff,
  ) {}

  parse(op: Op): StepErrorOp {
    return { ...op, error: asError(op.error) };
  }

  apply(op: StepErrorOp, context: OpContext): Effect {
    const { run, fn, item, now } = context;
    if (op.id === FUNCTION_ID) {
      return { kind: 'failed', error: op.error, noRetry: context.noRetry || op.op === 'StepFailed' };
    }
    const isFinal = op.op === 'StepFailed' || context.noRetry || item.attempt + 1 >= fn.maxAttempts;
    const retryAt = isFinal ? null : this.backoff.nextTry(item.attempt, context.retryAfter, now);
    const { startedAt, endedAt } = this.timing.of(item, op.timing, now);
    const known = this.steps.get(run.id, op.id);
    const race = known?.race ?? races(op);
    if (known?.memo != null) return { kind: 'resolved', race, isKnown: true };
    // The retry of a planned step is a step call, and the retry of a request repeats the request: both are queued now. For
    // any other step the retry calls the function, which reaches the step again.
    const isQueued = !isFinal && (item.stepId !== null || known?.op === 'FETCH');
    this.steps.save({
      runId: run.id,
      id: op.id,
      name: nameOf(op),
      op: 'RUN',
      status: isQueued ? 'QUEUED' : 'FAILED',
      opts: op.opts ? JSON.stringify(op.opts) : null,
      race,
      queuedAt: known?.queuedAt ?? startedAt,
      startedAt,
      endedAt: isFinal ? endedAt : null,
    });
    this.steps.addAttempt({
      runId: run.id,
      stepId: op.id,
      number: item.attempt,
      status: 'FAILED',
      queuedAt: item.attempt > 0 || item.stepId !== null ? item.queuedAt : startedAt,
      startedAt,
      endedAt,
      output: JSON.stringify(op.error),
      retryAt,
    });
    if (retryAt !== null) return { kind: 'retry', at: retryAt };
    this.progress.memoize(run.id, op.id, { error: op.error }, 'FAILED', endedAt);
    return { kind: 'resolved', race };
  }
}
