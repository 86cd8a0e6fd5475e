import type {
  AnyFailureContext,
  CallContext,
  Handles,
  InngestMiddleware,
  InngestTriggers,
} from './inngest-context.js';

/**
 * A decorator for methods that can be called with `TContext`, a function of the middleware that a method names: anything
 * else is a compile error at the decorator.
 */
export type FunctionDecorator<TTriggers extends InngestTriggers> = <
  TMiddleware extends InngestMiddleware = [],
>(
  target: object,
  propertyKey: string | symbol,
  descriptor: Method<CallContext<TTriggers, TMiddleware> & Handles<never, TMiddleware>>,
) => void;

/** The same for failure handlers. */
export type FailureDecorator = <TMiddleware extends InngestMiddleware = []>(
  target: object,
  propertyKey: string | symbol,
  descriptor: Method<AnyFailureContext<TMiddleware> & Handles<never, TMiddleware>>,
) => void;

/** The descriptor of a method that takes this context. */
export interface Method<TContext> {
  value?: (context: TContext) => unknown;
}
