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

/** The parts of a function's registered configuration that the API shows unchanged. */
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

/** Makes the API's views of functions. */
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

  /** The events that the function skipped, newest first. @param before the id of the last event of the previous page */
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

/** The SDK's JSON. The cast is safe because parseFlowControl has checked the types of these fields. */
function registeredConfiguration({ config }: AppFunction): RegisteredConfiguration {
  const set = CONFIGURATION.filter((key) => config[key] !== undefined && config[key] !== null);
  return Object.fromEntries(set.map((key) => [key, config[key]])) as RegisteredConfiguration;
}
