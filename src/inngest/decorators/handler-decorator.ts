import type { AnyFailureContext, CallContext, InngestTriggers, MiddlewareOf } from './inngest-context.js';

/**
 * A decorator for methods which can be called with the context of a function with these triggers: anything else is a
 * compile error at the decorator. The additions of the middleware that the method names count as part of the context.
 */
export type FunctionDecorator<TTriggers extends InngestTriggers> = <
  THandler extends (context: CallContext<TTriggers, MiddlewareOf<THandler>>) => unknown,
>(
  target: object,
  propertyKey: string | symbol,
  descriptor: TypedPropertyDescriptor<THandler>,
) => void;

/** The same for failure handlers. */
export type FailureDecorator = <
  THandler extends (context: AnyFailureContext<MiddlewareOf<THandler>>) => unknown,
>(
  target: object,
  propertyKey: string | symbol,
  descriptor: TypedPropertyDescriptor<THandler>,
) => void;
