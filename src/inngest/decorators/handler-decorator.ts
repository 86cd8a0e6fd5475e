/**
 * A method decorator that takes only methods which can be called with `TContext`: anything else is a compile error
 * at the decorator.
 */
export type HandlerDecorator<TContext> = <THandler extends (context: TContext) => unknown>(
  target: object,
  propertyKey: string | symbol,
  descriptor: TypedPropertyDescriptor<THandler>,
) => void;
