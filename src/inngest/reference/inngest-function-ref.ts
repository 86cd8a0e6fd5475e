import type { Handler, Inngest, InngestFunction, InngestFunctionReference } from 'inngest';
import type { DeferredFunction } from 'inngest/experimental';
import type { MinimalEventPayload, PayloadForAnyInngestFunction } from 'inngest/types';
import type { AsTuple, Handles, InngestTrigger } from '../decorators/inngest-context.js';
import type { Deferred, InngestDeferSchema } from '../decorators/inngest-defer.decorator.js';

/** A class whose instances are of type `T`. */
export type ClassOf<T> = abstract new (...args: never[]) => T;

/** The names of the public methods of a class. */
export type MethodsOf<T> = {
  [Key in keyof T]: T[Key] extends (...args: never[]) => unknown ? Key : never;
}[keyof T] &
  string;

/**
 * The payload of an invocation of a function with these triggers, as the SDK derives it: the input of their schemas.
 */
type PayloadOf<TTriggers> =
  AsTuple<TTriggers> extends infer TTuple extends InngestTrigger[]
    ? PayloadForAnyInngestFunction<
        InngestFunction<InngestFunction.Options<TTuple>, Handler.Any, Handler.Any, Inngest.Any, TTuple>
      > extends infer TPayload extends MinimalEventPayload
      ? TPayload
      : MinimalEventPayload
    : MinimalEventPayload;

/** The type of a reference to a method with this context and this result. */
type RefOf<TContext, TResult> =
  TContext extends Deferred<infer TSchema extends InngestDeferSchema>
    ? DeferredFunction<TSchema>
    : TContext extends Handles<infer TTriggers, infer _TMiddleware>
      ? InngestFunctionReference<PayloadOf<TTriggers>, Awaited<TResult>>
      : InngestFunctionReference<MinimalEventPayload, Awaited<TResult>>;

/**
 * A reference to a function by its class and method, with the types of its input and output:
 *
 * ```ts
 * constructor(
 *   @InjectInngestFunction(Invoices, 'invoice')
 *   private readonly invoice: InngestFunctionRef<Invoices, 'invoice'>,
 * ) {}
 * ```
 *
 * Pass it to `step.invoke('…', { function: this.invoice, data })`, or for a deferred function to
 * `defer('…', { function, data })`. The input is that of the triggers that the method's parameter names
 * (`InngestContext<typeof orderPlaced>`). A method without a parameter accepts any data.
 */
export type InngestFunctionRef<TClass, TMethod extends MethodsOf<TClass>> = TClass[TMethod] extends (
  ...args: infer TArgs
) => infer TResult
  ? TArgs extends [infer TContext, ...unknown[]]
    ? RefOf<TContext, TResult>
    : InngestFunctionReference<MinimalEventPayload, Awaited<TResult>>
  : never;
