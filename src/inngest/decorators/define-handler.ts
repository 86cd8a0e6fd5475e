import { giveToken } from '../definition/function-tokens.js';
import { INNGEST_FUNCTION_METADATA } from '../definition/inngest.constants.js';
import { HandlerPlacementError } from '../errors/handler-placement.error.js';
import type { FunctionMetadata } from './function-metadata.js';

/** A method decorator whose type does not restrict the methods yet. */
type AnyMethodDecorator = (
  target: object,
  propertyKey: string | symbol,
  descriptor: { value?: unknown },
) => void;

/** Stores `value` as metadata of the method itself, so that subclasses inherit it together with the method. */
export function defineHandler(key: symbol, value: unknown, decorator: string): AnyMethodDecorator {
  return (target, propertyKey, descriptor) => {
    const method: unknown = descriptor.value;
    // Discovery never finds static methods and accessors. Without this error the function would just be missing.
    if (typeof target === 'function' || typeof method !== 'function') {
      throw HandlerPlacementError.notAMethod(decorator, target, propertyKey);
    }
    if (Reflect.hasOwnMetadata(key, method)) {
      throw HandlerPlacementError.twice(decorator, target, propertyKey);
    }
    Reflect.defineMetadata(key, value, method);
  };
}

/**
 * {@link defineHandler} for a function. It also gives the method a token, by which other classes inject a reference to
 * the function.
 */
export function defineFunction(metadata: FunctionMetadata, decorator: string): AnyMethodDecorator {
  const define = defineHandler(INNGEST_FUNCTION_METADATA, metadata, decorator);
  return (target, propertyKey, descriptor) => {
    define(target, propertyKey, descriptor);
    giveToken(descriptor.value as object, `${target.constructor.name}.${String(propertyKey)}`);
  };
}
