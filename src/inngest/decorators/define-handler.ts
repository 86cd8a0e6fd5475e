import { HandlerPlacementError } from '../errors/handler-placement.error.js';
import type { HandlerDecorator } from './handler-decorator.js';

/** Notes `value` under `key` on the method itself, so that it travels with the method through inheritance. */
export function defineHandler<TContext>(
  key: symbol,
  value: unknown,
  decorator: string,
): HandlerDecorator<TContext> {
  return (target, propertyKey, descriptor) => {
    const method = descriptor.value;
    // A static method or an accessor is never found by discovery: refusing it here beats a function that is missing.
    if (typeof target === 'function' || method === undefined) {
      throw HandlerPlacementError.notAMethod(decorator, target, propertyKey);
    }
    if (Reflect.hasOwnMetadata(key, method)) {
      throw HandlerPlacementError.twice(decorator, target, propertyKey);
    }
    Reflect.defineMetadata(key, value, method);
  };
}
