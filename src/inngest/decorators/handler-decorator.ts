import type {
  AnyFailureContext,
  CallContext,
  Handles,
  InngestMiddleware,
  InngestTriggers,
} from './inngest-context.js';

/**
 * A decorator for methods that accept the context for these triggers and for the middleware that the method names. For
 * other methods it is a compile error.
 */
export type FunctionDecorator<TTriggers extends InngestTriggers> = <
  TMiddleware extends InngestMiddleware = [],
>(
  target: object,
  propertyKey: string | symbol,
  descriptor: Method<CallContext<TTriggers, TMiddleware> & Handles<never, TMiddleware>>,
) => void;

/** A decorator for failure handlers. */
export type FailureDecorator = <TMiddleware extends InngestMiddleware = []>(
  target: object,
  propertyKey: string | symbol,
  descriptor: Method<AnyFailureContext<TMiddleware> & Handles<never, TMiddleware>>,
) => void;

/** The property descriptor of a method that accepts this context. */
export interface Method<TContext> {
  value?: (context: TContext) => unknown;
}
