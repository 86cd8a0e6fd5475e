import { Injectable } from '@nestjs/common';
import { Clock } from '../../../clock/index.js';
import { CallsUnderWay } from '../../calls/calls-under-way.js';
import type { AppFunction } from '../../functions/app-function.js';
import { FunctionRegistry } from '../../functions/function-registry.js';
import { throttlePermits, throttleStateId, type Throttle } from '../../flow-control/index.js';
import { ActivityStore, NO_COUNTS } from '../../store/activity.store.js';
import { FlowStore } from '../../store/flow.store.js';
import { iso } from '../shared/run-views.js';
import type { Activity, FunctionActivity, ThrottleActivity } from './answer-types/activity.js';

const BUCKET_MS = 1_000;

/** Shows the starts of runs compared with the throttle, and the executing calls compared with the concurrency limit. */
@Injectable()
export class FlowActivity {
  constructor(
    private readonly activity: ActivityStore,
    private readonly calls: CallsUnderWay,
    private readonly functions: FunctionRegistry,
    private readonly flow: FlowStore,
    private readonly clock: Clock,
  ) {}

  /** The activity of the last `seconds`. */
  last(seconds: number): Activity {
    const now = this.clock.now();
    const from = (Math.floor(now / BUCKET_MS) + 1 - seconds) * BUCKET_MS;
    const counts = this.activity.counts();
    const starts = this.activity.starts(from, BUCKET_MS);
    return {
      from: iso(from),
      bucketMs: BUCKET_MS,
      functions: this.functions.active().map((fn): FunctionActivity => {
        const buckets = Array<number>(seconds).fill(0);
        for (const { functionId, bucket, count } of starts) {
          if (functionId === fn.id) buckets[bucket] = count;
        }
        return {
          app: { id: fn.app.name },
          function: { id: fn.shortId, name: fn.name },
          ...(counts.get(fn.id) ?? NO_COUNTS),
          ...this.limitsOf(fn),
          starts: buckets,
          executingPeaks: this.calls.peaks(fn.id, from, seconds),
        };
      }),
    };
  }

  private limitsOf(fn: AppFunction): Pick<FunctionActivity, 'throttle' | 'concurrency'> {
    const { throttle, concurrency } = fn.flow;
    return {
      concurrency: concurrency
        // The view shows executing calls, so limits on runs are left out.
        .filter(({ limit, isHeldByRun }) => limit > 0 && !isHeldByRun)
        .map(({ limit, scope, key }) => ({ limit, scope, isKeyed: key !== undefined })),
      throttle: throttle && this.throttleOf(fn, throttle),
    };
  }

  private throttleOf(fn: AppFunction, throttle: Throttle): ThrottleActivity {
    const { limit, periodMs, burst, key } = throttle;
    const shown = { limit, periodMs, burst, isKeyed: key !== undefined };
    if (key) return shown;
    const state = this.flow.arrival(throttleStateId(fn.id, ''));
    const { permits, nextAt } = throttlePermits(throttle, state, this.clock.steady());
    return {
      ...shown,
      permits,
      nextPermitAt: nextAt === undefined ? undefined : iso(this.clock.toWall(nextAt)),
    };
  }
}
