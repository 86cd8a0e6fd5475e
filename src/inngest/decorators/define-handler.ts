import { giveToken } from '../definition/function-tokens.js';
import { INNGEST_FUNCTION_METADATA } from '../definition/inngest.constants.js';
import { HandlerPlacementError } from '../errors/handler-placement.error.js';
import type { FunctionMetadata } from './function-metadata.js';

/** A method decorator, before its types say which methods it takes. */
type AnyMethodDecorator = (
  target: object,
  propertyKey: string | symbol,
  descriptor: { value?: unknown },
) => void;

/** Notes `value` under `key` on the method itself, so that it travels with the method through inheritance. */
export function defineHandler(key: symbol, value: unknown, decorator: string): AnyMethodDecorator {
  return (target, propertyKey, descriptor) => {
    const method: unknown = descriptor.value;
    // A static method or an accessor is never found by discovery: refusing it here beats a function that is missing.
    if (typeof target === 'function' || typeof method !== 'function') {
      throw HandlerPlacementError.notAMethod(decorator, target, propertyKey);
    }
    if (Reflect.hasOwnMetadata(key, method)) {
      throw HandlerPlacementError.twice(decorator, target, propertyKey);
    }
    Reflect.defineMetadata(key, value, method);
  };
}

/** {@link defineHandler} for a function, which gets a token by which others inject a reference to it. */
export function defineFunction(metadata: FunctionMetadata, decorator: string): AnyMethodDecorator {
  const define = defineHandler(INNGEST_FUNCTION_METADATA, metadata, decorator);
  return (target, propertyKey, descriptor) => {
    define(target, propertyKey, descriptor);
    giveToken(descriptor.value as object, `${target.constructor.name}.${String(propertyKey)}`);
  };
}
