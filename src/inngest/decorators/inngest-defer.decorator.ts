import type { StandardSchemaV1 } from 'inngest';
import type { createDefer } from 'inngest/experimental';
import { defineFunction } from './define-handler.js';
import type { Method } from './handler-decorator.js';
import type { ClientWith, Handles, InngestMiddleware } from './inngest-context.js';
import type { InngestFunctionOptions } from './inngest-function.decorator.js';

/** The schema of the data that a deferred function takes. It must validate synchronously, else the SDK skips the call. */
export type InngestDeferSchema = StandardSchemaV1<Record<string, unknown>> | undefined;

/** The options of a function, without those that a deferred one cannot have, and `schema`. */
export type InngestDeferOptions<TSchema extends InngestDeferSchema = InngestDeferSchema> = Omit<
  InngestFunctionOptions<undefined>,
  'triggers' | 'onFailure' | 'batchEvents'
> & {
  /** Checks the data: where `defer` is called, and again when the function runs. */
  schema?: TSchema;
};

/** What the SDK calls a deferred function with. */
type DeferCallContext<TSchema extends InngestDeferSchema, TMiddleware extends InngestMiddleware> = Parameters<
  Parameters<typeof createDefer<ClientWith<TMiddleware>, TSchema>>[2]
>[0];

declare const deferred: unique symbol;

/** Types only: the mark of the context of a deferred function. */
export interface Deferred<TSchema> {
  readonly [deferred]?: { readonly schema: TSchema };
}

/**
 * What a method under `@InngestDefer` is called with: the SDK's context, with `event.data` as the schema types it and
 * `parents`, the run that deferred it.
 *
 * @typeParam TSchema the type of the decorator's `schema`
 * @typeParam TMiddleware the middleware whose additions the method uses, as in `InngestContext`
 */
export type InngestDeferContext<
  TSchema extends InngestDeferSchema = undefined,
  TMiddleware extends InngestMiddleware = [],
> = DeferCallContext<TSchema, TMiddleware> & Deferred<TSchema> & Handles<never, TMiddleware>;

/** A decorator for methods which can be called with the context of a deferred function with this schema. */
export type DeferDecorator<TSchema extends InngestDeferSchema> = <TMiddleware extends InngestMiddleware = []>(
  target: object,
  propertyKey: string | symbol,
  descriptor: Method<DeferCallContext<TSchema, TMiddleware> & Handles<never, TMiddleware>>,
) => void;

/**
 * Makes a method a deferred function, as the SDK's (experimental) `createDefer` does: Inngest runs it after the run that
 * called `defer` for it has ended, however it ended.
 *
 * ```ts
 * @InngestDefer({ id: 'receipt', schema: receiptData })
 * async sendReceipt({ event, parents, step }: InngestDeferContext<typeof receiptData>) { ... }
 * ```
 *
 * Another function injects it with `@InjectInngestFunction(Receipts, 'sendReceipt')` and calls
 * `defer('receipt', { function: this.receipt, data })`. Both must belong to the same app. It takes no failure handler.
 *
 * @throws Error when it is put on a static method, or on a method that is a function already
 */
export function InngestDefer<TSchema extends InngestDeferSchema = undefined>(
  options: InngestDeferOptions<TSchema>,
): DeferDecorator<TSchema> {
  return defineFunction({ kind: 'deferred', options }, '@InngestDefer');
}
