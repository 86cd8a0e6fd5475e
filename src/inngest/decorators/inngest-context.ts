import type {
  ClientOptions,
  EventPayload,
  FailureEventArgs,
  GetFunctionInput,
  GetStepTools,
  HandlerWithTriggers,
  Inngest,
  InngestFunction as SdkFunction,
} from 'inngest';
import type { InngestMiddleware, NativeMiddleware } from '../definition/middleware-class.js';

export type { InngestMiddleware };

/** What a function can be triggered by: `eventType(...)`, `{ event, if }`, `{ event: 'name' }` or `cron(...)`. */
export type InngestTrigger = SdkFunction.Trigger<string>;

/** `undefined` is a function that is only ever invoked by other functions. */
export type InngestTriggers = InngestTrigger | InngestTrigger[] | undefined;

type Triggers = InngestTriggers | readonly InngestTrigger[];

/** A value, a tuple or nothing as a tuple. */
export type AsTuple<TTriggers> = [TTriggers] extends [undefined]
  ? []
  : [TTriggers] extends [readonly unknown[]]
    ? [...TTriggers]
    : [TTriggers];

/** A client whose `middleware` option is this tuple: the SDK derives the context of its functions from it. */
export type ClientWith<TMiddleware extends InngestMiddleware> = Inngest<
  Omit<ClientOptions, 'middleware'> & { id: string; middleware: NativeMiddleware<TMiddleware> }
>;

declare const handles: unique symbol;

/**
 * Types only: what a context was written for. The decorators and `InngestFunctionRef` read it from the parameter of a
 * method. There is no such property at run time.
 */
export interface Handles<TTriggers, TMiddleware extends InngestMiddleware> {
  readonly [handles]?: { readonly triggers: TTriggers; readonly middleware: TMiddleware };
}

/** The SDK's input of a function of such a client, without the event, which the triggers say. */
type Additions<TMiddleware extends InngestMiddleware> = Omit<
  GetFunctionInput<ClientWith<TMiddleware>>,
  'event' | 'events' | 'defer' | 'runId' | 'attempt' | 'maxAttempts' | 'requestId' | 'jobId' | 'sessions'
>;

/** What the SDK calls a function with. It fits an {@link InngestContext} of any triggers whose events have this data. */
export type CallContext<TTriggers extends Triggers, TMiddleware extends InngestMiddleware> = Parameters<
  HandlerWithTriggers<GetStepTools<ClientWith<TMiddleware>>, AsTuple<TTriggers>, Additions<TMiddleware>>
>[0];

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
 *
 * The second type parameter names the middleware whose additions to `ctx`, `step` and `group` the method uses:
 *
 * ```ts
 * async import({ tenant }: InngestContext<typeof importRequested, [typeof TenantMiddleware]>) { ... }
 * ```
 */
export type InngestContext<
  TTriggers extends Triggers,
  TMiddleware extends InngestMiddleware = [],
> = CallContext<TTriggers, TMiddleware> & Handles<TTriggers, TMiddleware>;

/** The data of the event that started a function with these triggers. */
type DataOf<TTriggers extends Triggers> = CallContext<TTriggers, []>['event']['data'];

type FailureContext<TData, TMiddleware extends InngestMiddleware> = Omit<
  CallContext<undefined, TMiddleware>,
  'event' | 'events'
> &
  FailureEventArgs<EventPayload<TData> & { data: TData }>;

/**
 * What a method under `@OnInngestFailure` is called with: `error` is the last error of the run that failed,
 * `event` is `inngest/function.failed` with `event.data.run_id` and, in `event.data.event`, the event that had
 * started the run, typed by the trigger named here. The second type parameter is that of {@link InngestContext}.
 */
export type InngestFailureContext<
  TTriggers extends Triggers = undefined,
  TMiddleware extends InngestMiddleware = [],
> = FailureContext<[TTriggers] extends [undefined] ? unknown : DataOf<TTriggers>, TMiddleware> &
  Handles<TTriggers, TMiddleware>;

/** The context that fits every failure handler, whatever event it was written for. */
export type AnyFailureContext<TMiddleware extends InngestMiddleware> = FailureContext<never, TMiddleware>;
