import { Middleware } from 'inngest';
import type { Clock } from '../clock/index.js';
import type { WorkerMetrics } from './worker-metrics.js';

/**
 * SDK middleware that counts and times the runs and steps of a client's functions. It sees the calls of both
 * transports, HTTP and `connect()`. The SDK creates an instance for each call.
 *
 * @param clock measures how long steps take
 */
export function metricsMiddleware(metrics: WorkerMetrics, clock: Clock): Middleware.Class {
  return class MetricsMiddleware extends Middleware.BaseMiddleware {
    readonly id = 'worker:metrics';
    /** The steady times at which steps began, in milliseconds, by hashed id. */
    private readonly began = new Map<string, number>();

    override async wrapRequest({ fn, next }: Middleware.WrapRequestArgs): Promise<Middleware.Response> {
      if (fn === null) return next();
      metrics.callBegan();
      try {
        return await next();
      } finally {
        metrics.callEnded();
      }
    }

    override onStepStart({ stepInfo }: Middleware.OnStepStartArgs): void {
      this.began.set(stepInfo.hashedId, clock.steady());
    }

    override onStepComplete({ stepInfo, ...call }: Middleware.OnStepCompleteArgs): void {
      this.attempted(functionOf(call), stepInfo, 'completed');
    }

    override onStepError({ stepInfo, isFinalAttempt, ...call }: Middleware.OnStepErrorArgs): void {
      this.attempted(functionOf(call), stepInfo, isFinalAttempt ? 'failed' : 'retried');
    }

    override onRunComplete(call: Middleware.OnRunCompleteArgs): void {
      metrics.runEnded(functionOf(call), 'completed');
    }

    override onRunError({ isFinalAttempt, ...call }: Middleware.OnRunErrorArgs): void {
      if (isFinalAttempt) metrics.runEnded(functionOf(call), 'failed');
      else metrics.attempted({ function: functionOf(call), step: '', outcome: 'retried' });
    }

    private attempted(
      fn: string,
      { hashedId, options }: Middleware.OnStepStartArgs['stepInfo'],
      outcome: 'completed' | 'retried' | 'failed',
    ): void {
      const began = this.began.get(hashedId);
      this.began.delete(hashedId);
      const seconds = began === undefined ? undefined : (clock.steady() - began) / 1_000;
      metrics.attempted({ function: fn, step: options.id, outcome }, seconds);
    }
  };
}

/**
 * The function's id at Inngest. The SDK uses one object for a function and its failure handler; only the context of the
 * failure handler contains an error.
 */
function functionOf({ ctx, fn }: Pick<Middleware.OnRunCompleteArgs, 'ctx' | 'fn'>): string {
  return 'error' in ctx ? `${fn.id()}-failure` : fn.id();
}
