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

/** A trigger of a function: `eventType(...)`, `{ event, if }`, `{ event: 'name' }` or `cron(...)`. */
export type InngestTrigger = SdkFunction.Trigger<string>;

/** The triggers of a function. `undefined` is a function that can only be invoked. */
export type InngestTriggers = InngestTrigger | InngestTrigger[] | undefined;

type Triggers = InngestTriggers | readonly InngestTrigger[];

/** The triggers as a tuple. */
export type AsTuple<TTriggers> = [TTriggers] extends [undefined]
  ? []
  : [TTriggers] extends [readonly unknown[]]
    ? [...TTriggers]
    : [TTriggers];

/** A client whose `middleware` option is this tuple. The SDK derives the context of its functions from it. */
export type ClientWith<TMiddleware extends InngestMiddleware> = Inngest<
  Omit<ClientOptions, 'middleware'> & { id: string; middleware: NativeMiddleware<TMiddleware> }
>;

declare const handles: unique symbol;

/**
 * Exists only as a type: the triggers and the middleware that a context names. The decorators and `InngestFunctionRef`
 * read them from the type of a method's parameter.
 */
export interface Handles<TTriggers, TMiddleware extends InngestMiddleware> {
  readonly [handles]?: { readonly triggers: TTriggers; readonly middleware: TMiddleware };
}

/** The SDK's context for such a client, without the event, which depends on the triggers. */
type Additions<TMiddleware extends InngestMiddleware> = Omit<
  GetFunctionInput<ClientWith<TMiddleware>>,
  'event' | 'events' | 'defer' | 'runId' | 'attempt' | 'maxAttempts' | 'requestId' | 'jobId' | 'sessions'
>;

/**
 * The context with which the SDK calls a function. It is assignable to an {@link InngestContext} of any triggers whose
 * events have this data.
 */
export type CallContext<TTriggers extends Triggers, TMiddleware extends InngestMiddleware> = Parameters<
  HandlerWithTriggers<GetStepTools<ClientWith<TMiddleware>>, AsTuple<TTriggers>, Additions<TMiddleware>>
>[0];

/**
 * The parameter of a method with `@InngestFunction`: the SDK's context (`event`, `events`, `step`, `group`, `runId`,
 * `attempt`, `logger`, ...) with `event` typed by the trigger.
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
 * The parameter of a method with `@OnInngestFailure`. `error` is the last error of the failed run. `event` is
 * `inngest/function.failed`; its `event.data.run_id` is the failed run, and its `event.data.event` is the event that
 * started that run, typed by the trigger named here. The second type parameter names middleware, as in
 * {@link InngestContext}.
 */
export type InngestFailureContext<
  TTriggers extends Triggers = undefined,
  TMiddleware extends InngestMiddleware = [],
> = FailureContext<[TTriggers] extends [undefined] ? unknown : DataOf<TTriggers>, TMiddleware> &
  Handles<TTriggers, TMiddleware>;

/** The context that is assignable to that of every failure handler, whatever event the handler names. */
export type AnyFailureContext<TMiddleware extends InngestMiddleware> = FailureContext<never, TMiddleware>;
