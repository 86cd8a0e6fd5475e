import type {
  EventPayload,
  FailureEventArgs,
  GetStepTools,
  HandlerWithTriggers,
  Inngest,
  InngestFunction as SdkFunction,
  Logger,
} from 'inngest';

/** What a function can be triggered by: `eventType(...)`, `{ event, if }`, `{ event: 'name' }` or `cron(...)`. */
export type InngestTrigger = SdkFunction.Trigger<string>;

/** `undefined` is a function that is only ever invoked by other functions. */
export type InngestTriggers = InngestTrigger | InngestTrigger[] | undefined;

type AsTuple<TTriggers> = [TTriggers] extends [undefined]
  ? []
  : [TTriggers] extends [readonly unknown[]]
    ? TTriggers
    : [TTriggers];

/**
 * What a method under `@InngestFunction` is called with: the SDK's context (`event`, `events`, `step`, `group`,
 * `runId`, `attempt`, `logger`, ...) with `event` typed by its trigger.
 *
 * Name the trigger, or a tuple of them in the order of the decorator:
 *
 * ```ts
 * async import({ event, step }: InngestContext<typeof importRequested>) { ... }
 * async import({ event, step }: InngestContext<[typeof importRequested, typeof importResumed]>) { ... }
 * ```
 */
export type InngestContext<TTriggers extends InngestTriggers | readonly InngestTrigger[]> = Parameters<
  HandlerWithTriggers<GetStepTools<Inngest.Any>, AsTuple<TTriggers>, { logger: Logger }>
>[0];

/** The data of the event that started a function with these triggers. */
type DataOf<TTriggers extends InngestTriggers | readonly InngestTrigger[]> =
  InngestContext<TTriggers>['event']['data'];

type FailureContext<TData> = Omit<InngestContext<undefined>, 'event' | 'events'> &
  FailureEventArgs<EventPayload<TData> & { data: TData }>;

/**
 * What a method under `@OnInngestFailure` is called with: `error` is the last error of the run that failed,
 * `event` is `inngest/function.failed` with `event.data.run_id` and, in `event.data.event`, the event that had
 * started the run, typed by the trigger named here.
 */
export type InngestFailureContext<TTriggers extends InngestTriggers | readonly InngestTrigger[] = undefined> =
  FailureContext<[TTriggers] extends [undefined] ? unknown : DataOf<TTriggers>>;

/** The context that fits every failure handler, whatever event it was written for. */
export type AnyFailureContext = FailureContext<never>;
