import { Logger } from '@nestjs/common';
import type { Clock } from '../../clock/index.js';
import { messageOf } from '../../common/error-text.js';
import { INNGEST_LOG_CONTEXT } from '../definition/inngest.constants.js';
import { retryFunctionFailed } from '../definition/inngest.messages.js';
import { assertRetry } from './assert-retry.js';
import type { RetryOptions } from '../definition/retry-options.js';
import { retryTime } from './retry-policy.js';
import { policyOfStep } from './with-retry.js';

/** The failure that a policy decides over. */
export interface Failure {
  /** The function's id, without the app's. */
  readonly functionId: string;
  /** The attempt that failed, from 0. */
  readonly attempt: number;
  /** What the step or function threw. */
  readonly thrown: unknown;
  /** The same as an Error. */
  readonly error: Error;
}

/** The retry policies of one app: that of a step counts before that of its function, and that before the module's. */
export class RetryPolicies {
  private readonly logger = new Logger(INNGEST_LOG_CONTEXT);
  private readonly ofFunctions = new Map<string, RetryOptions>();

  /** @throws InvalidRetryError */
  constructor(
    private readonly clock: Clock,
    private readonly random: () => number,
    private readonly ofModule: RetryOptions = {},
  ) {
    assertRetry(ofModule, 'InngestModule');
  }

  /** Sets the policy of a function. */
  set(functionId: string, options: RetryOptions): void {
    this.ofFunctions.set(functionId, options);
  }

  /**
   * When to try again. A retry function that fails is logged, and the default backoff counts in its place: the error of
   * the step must not be lost for it.
   */
  timeOf({ functionId, attempt, thrown, error }: Failure): Date {
    const policy = policyOfStep(thrown) ?? this.ofFunctions.get(functionId) ?? this.ofModule;
    const failure = { attempt, error, now: this.clock.now(), random: this.random };
    try {
      return new Date(retryTime(policy, failure));
    } catch (problem) {
      this.logger.error(retryFunctionFailed(functionId, messageOf(problem)));
      return new Date(retryTime({}, failure));
    }
  }
}
