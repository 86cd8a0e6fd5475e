import { Logger } from '@nestjs/common';
import type { Clock } from '../../clock/index.js';
import { messageOf } from '../../common/error-text.js';
import { INNGEST_LOG_CONTEXT } from '../definition/inngest.constants.js';
import { retryFunctionFailed } from '../definition/inngest.messages.js';
import { assertRetry } from './assert-retry.js';
import type { RetryOptions } from '../definition/retry-options.js';
import { retryTime } from './retry-policy.js';
import { policyOfStep } from './with-retry.js';

/** A failure for which a policy chooses the delay. */
export interface Failure {
  /** The function's id, without the app's. */
  readonly functionId: string;
  /** The attempt that failed, from 0. */
  readonly attempt: number;
  /** The value that the step or function threw. */
  readonly thrown: unknown;
  /** The thrown value as an Error. */
  readonly error: Error;
}

/** The retry policies of one app. A step's policy takes precedence over its function's, and that over the module's. */
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
   * The time of the next attempt. If a retry function throws, this logs its error and uses the default backoff, so that
   * the error of the step is not lost.
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
