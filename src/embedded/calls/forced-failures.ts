import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { AppFunction } from '../functions/app-function.js';
import { nameOf } from '../ops/op-handler.js';
import type { Answer } from '../protocol/answer.js';
import type { Op, SerializedError } from '../protocol/ops.js';

/** A step that a test makes fail on purpose. */
export interface ForcedFailure {
  /** The step's id in the code, its name for people, or its hashed id. */
  step: string;
  /** How many attempts fail, over all runs: a whole number from 1 on, or Infinity. */
  times: number;
  /** Only in this function: its id, with or without the app's prefix. Any function unless given. */
  functionId?: string | undefined;
  /** What the attempts fail with. */
  error: SerializedError;
  /** Whether the first failed attempt is the last one, whatever retries are left. */
  isFinal: boolean;
}

/** Ops of steps that the app has executed inside a call of the function. */
const EXECUTED = ['StepRun', 'Step'];

/**
 * Steps that are to fail on purpose. While there are any for a function, its calls ask the app to plan each step
 * instead of executing it; the call of a planned step that is to fail is then not made, and a failed attempt is applied
 * in its place. So the app needs to know nothing of it, whatever its SDK and however it checkpoints.
 */
@Injectable()
export class ForcedFailures {
  private failures: ForcedFailure[] = [];

  add(failure: ForcedFailure): void {
    this.failures.push({ ...failure });
  }

  /** Whether a step of this function may have to fail. */
  concern(fn: AppFunction): boolean {
    return this.failures.some((failure) => isIn(fn, failure));
  }

  /** The failed attempt of a step about to be executed, which counts as used; undefined when it is not to fail. */
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
   * Makes steps fail that no call of their own executes: invocations, and what an SDK has executed although it was asked
   * to plan.
   *
   * @param isNew whether the run does not have the step yet
   */
  applyTo(answer: Answer, fn: AppFunction, isNew: (stepId: string) => boolean): Answer {
    if (answer.kind !== 'ops' || !this.concern(fn)) return answer;
    const isExecuted = answer.ops.length === 1 && EXECUTED.includes(answer.ops[0]?.op ?? '');
    const ops = answer.ops.map((op) => {
      if (isExecuted) return this.take(fn, op) ?? op;
      if (op.op !== 'InvokeFunction' || !isNew(op.id)) return op;
      const failed = this.take(fn, op);
      // The function that invokes does not retry the invocation.
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
