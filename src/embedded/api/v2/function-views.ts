import { Injectable } from '@nestjs/common';
import type { AppFunction } from '../../functions/app-function.js';
import { FunctionPauses } from '../../functions/function-pauses.js';
import { ActivityStore } from '../../store/activity.store.js';
import { EventStore } from '../../store/event.store.js';
import { iso } from '../shared/run-views.js';
import type {
  FunctionView,
  PauseView,
  RegisteredConfiguration,
  SkippedStart,
  TriggerView,
} from './answer-types/function.js';

/** The parts of a function's registered configuration that the API shows as they are. */
const CONFIGURATION: readonly (keyof RegisteredConfiguration)[] = [
  'concurrency',
  'throttle',
  'rateLimit',
  'idempotency',
  'priority',
  'debounce',
  'batchEvents',
  'singleton',
  'timeouts',
  'cancel',
];

/** Makes what the API shows of functions. */
@Injectable()
export class FunctionViews {
  constructor(
    private readonly pauses: FunctionPauses,
    private readonly activity: ActivityStore,
    private readonly events: EventStore,
  ) {}

  of(fn: AppFunction): FunctionView {
    return {
      app: { id: fn.app.name },
      configuration: {
        ...registeredConfiguration(fn),
        retries: { isDefault: fn.retriesAreDefault, value: fn.maxAttempts - 1 },
      },
      id: fn.shortId,
      name: fn.name,
      slug: fn.shortId,
      pause: this.pauseOf(fn),
      triggers: fn.triggers.map((trigger): TriggerView =>
        trigger.kind === 'event'
          ? { type: 'EVENT', value: trigger.event, condition: trigger.source }
          : { type: 'CRON', value: trigger.cron },
      ),
    };
  }

  /** @param before only events whose ids sort before this one */
  skipped(fn: AppFunction, before: string | undefined, limit: number): SkippedStart[] {
    return this.events
      .skippedBy(fn.id, before, limit)
      .map(({ eventId, name, reason, at }) => ({ eventId, eventName: name, reason, at: iso(at) }));
  }

  private pauseOf({ id }: AppFunction): PauseView | undefined {
    const pause = this.pauses.of(id);
    if (!pause) return undefined;
    const { newRuns, underWay, pausedAt } = pause;
    return { since: iso(pausedAt), newRuns, underWay, waitingCalls: this.activity.pausedOf(id) };
  }
}

/** The SDK's own JSON: parseFlowControl has checked that these fields have the types that the cast names. */
function registeredConfiguration({ config }: AppFunction): RegisteredConfiguration {
  const set = CONFIGURATION.filter((key) => config[key] !== undefined && config[key] !== null);
  return Object.fromEntries(set.map((key) => [key, config[key]])) as RegisteredConfiguration;
}
