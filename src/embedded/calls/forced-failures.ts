import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { AppFunction } from '../functions/app-function.js';
import { nameOf } from '../ops/op-handler.js';
import type { Answer } from '../protocol/answer.js';
import type { Op, SerializedError } from '../protocol/ops.js';

/** A step that a test makes fail on purpose. */
export interface ForcedFailure {
  /** The step's id in the code, its display name, or its hashed id. */
  step: string;
  /** How many attempts fail, counted over all runs: a whole number from 1 on, or Infinity. */
  times: number;
  /** The id of the only function in which the step fails, with or without the app's prefix. Default: all functions. */
  functionId?: string | undefined;
  /** The error of the failed attempts. */
  error: SerializedError;
  /** Whether the step fails without retries. */
  isFinal: boolean;
}

/** The ops with which apps report a step that they have executed. */
const EXECUTED = ['StepRun', 'Step'];

/**
 * Makes steps fail for tests. While a function has forced failures, its calls ask the app to plan each step instead of
 * executing it. For a planned step that has to fail, the server makes no call and applies a failed attempt. So it works
 * without the app's help, with any SDK and with checkpoints.
 */
@Injectable()
export class ForcedFailures {
  private failures: ForcedFailure[] = [];

  add(failure: ForcedFailure): void {
    this.failures.push({ ...failure });
  }

  /** Whether there are forced failures for steps of this function. */
  concern(fn: AppFunction): boolean {
    return this.failures.some((failure) => isIn(fn, failure));
  }

  /** Uses up one forced failure of a step that is about to be executed. Returns undefined when the step has none. */
  take(fn: AppFunction, step: Pick<Op, 'id' | 'name' | 'displayName'>): Op | undefined {
    const failure = this.failures.find((candidate) => isIn(fn, candidate) && isStep(step, candidate.step));
    if (!failure) return undefined;
    failure.times--;
    if (failure.times <= 0) this.failures = this.failures.filter((other) => other !== failure);
    const { id, name, displayName } = step;
    return {
      op: failure.isFinal ? 'StepFailed' : 'StepError',
      id,
      ...(name !== undefined && { name }),
      ...(displayName !== undefined && { displayName }),
      error: failure.error,
    };
  }

  /**
   * Applies forced failures to steps that have no step call: invocations, and steps that an SDK executed although the call
   * asked it to plan.
   *
   * @param isNew whether the step has no row yet
   */
  applyTo(answer: Answer, fn: AppFunction, isNew: (stepId: string) => boolean): Answer {
    if (answer.kind !== 'ops' || !this.concern(fn)) return answer;
    const isExecuted = answer.ops.length === 1 && EXECUTED.includes(answer.ops[0]?.op ?? '');
    const ops = answer.ops.map((op) => {
      if (isExecuted) return this.take(fn, op) ?? op;
      if (op.op !== 'InvokeFunction' || !isNew(op.id)) return op;
      const failed = this.take(fn, op);
      // An invocation has no retries of its own: the invoked function has them.
      return failed ? { ...failed, op: 'StepFailed' } : op;
    });
    return { ...answer, ops };
  }
}

function isIn(fn: AppFunction, { functionId }: ForcedFailure): boolean {
  return functionId === undefined || functionId === fn.slug || functionId === fn.shortId;
}

function isStep(op: Pick<Op, 'id' | 'name' | 'displayName'>, step: string): boolean {
  return step === nameOf({ op: '', ...op }) || step === op.id || hashed(step) === op.id;
}

function hashed(id: string): string {
  return createHash('sha1').update(id).digest('hex');
}
