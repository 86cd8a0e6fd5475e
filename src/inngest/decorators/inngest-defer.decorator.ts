import type { StandardSchemaV1 } from 'inngest';
import type { createDefer } from 'inngest/experimental';
import { defineFunction } from './define-handler.js';
import type { Method } from './handler-decorator.js';
import type { ClientWith, Handles, InngestMiddleware } from './inngest-context.js';
import type { InngestFunctionOptions } from './inngest-function.decorator.js';

/**
 * The schema of the data of a deferred function. It must validate synchronously; with an asynchronous schema the SDK
 * skips the call of `defer`.
 */
export type InngestDeferSchema = StandardSchemaV1<Record<string, unknown>> | undefined;

/** The options of a function without those that the SDK does not support for a deferred function, plus `schema`. */
export type InngestDeferOptions<TSchema extends InngestDeferSchema = InngestDeferSchema> = Omit<
  InngestFunctionOptions<undefined>,
  'triggers' | 'onFailure' | 'batchEvents'
> & {
  /** Validates the data twice: where `defer` is called, and when the function runs. */
  schema?: TSchema;
};

/** The context with which the SDK calls a deferred function. */
type DeferCallContext<TSchema extends InngestDeferSchema, TMiddleware extends InngestMiddleware> = Parameters<
  Parameters<typeof createDefer<ClientWith<TMiddleware>, TSchema>>[2]
>[0];

declare const deferred: unique symbol;

/** Exists only as a type: marks the context of a deferred function. */
export interface Deferred<TSchema> {
  readonly [deferred]?: { readonly schema: TSchema };
}

/**
 * The parameter of a method with `@InngestDefer`: the SDK's context, with `event.data` as typed by the schema, and
 * `parents`, which names for each event the run that deferred it.
 *
 * @typeParam TSchema the type of the decorator's `schema`
 * @typeParam TMiddleware the middleware whose additions the method uses, as in `InngestContext`
 */
export type InngestDeferContext<
  TSchema extends InngestDeferSchema = undefined,
  TMiddleware extends InngestMiddleware = [],
> = DeferCallContext<TSchema, TMiddleware> & Deferred<TSchema> & Handles<never, TMiddleware>;

/** A decorator for methods that accept the context of a deferred function with this schema. */
export type DeferDecorator<TSchema extends InngestDeferSchema> = <TMiddleware extends InngestMiddleware = []>(
  target: object,
  propertyKey: string | symbol,
  descriptor: Method<DeferCallContext<TSchema, TMiddleware> & Handles<never, TMiddleware>>,
) => void;

/**
 * Makes a method a deferred function, like the SDK's (experimental) `createDefer`. Inngest runs it after the run that
 * called `defer` has ended, whether completed, failed or cancelled.
 *
 * ```ts
 * @InngestDefer({ id: 'receipt', schema: receiptData })
 * async sendReceipt({ event, parents, step }: InngestDeferContext<typeof receiptData>) { ... }
 * ```
 *
 * Another function injects it with `@InjectInngestFunction(Receipts, 'sendReceipt')` and calls
 * `defer('receipt', { function: this.receipt, data })`. Both must belong to the same app. A deferred function cannot
 * have a failure handler.
 *
 * @throws HandlerPlacementError for a static method, an accessor, or a method that already is a function
 */
export function InngestDefer<TSchema extends InngestDeferSchema = undefined>(
  options: InngestDeferOptions<TSchema>,
): DeferDecorator<TSchema> {
  return defineFunction({ kind: 'deferred', options }, '@InngestDefer');
}
