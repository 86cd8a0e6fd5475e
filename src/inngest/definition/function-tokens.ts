import type { InjectionToken, Provider, Type } from '@nestjs/common';
import { INNGEST_FUNCTION_TOKEN, INNGEST_REFERENCES } from './inngest.constants.js';

/** Creates the value that is injected for a decorated method. */
export interface FunctionReferencesLike {
  of(method: object): unknown;
}

/**
 * The providers of references to all decorated functions. Every decorated class adds its own when it is loaded.
 * InngestModule's metadata contains this array, and Nest reads it when it creates an application.
 */
export const functionProviders: Provider[] = [];

/** The tokens of these providers. */
export const functionTokens: InjectionToken[] = [];

/**
 * Gives a decorated method a token.
 *
 * @param name `Class.method`, which Nest's error names if it cannot resolve the token
 */
export function giveToken(method: object, name: string): void {
  // A class, because Nest infers the type of `app.get` from it.
  const token = class {};
  Object.defineProperty(token, 'name', { value: `InngestFunction(${name})` });
  Reflect.defineMetadata(INNGEST_FUNCTION_TOKEN, token, method);
  functionTokens.push(token);
  functionProviders.push({
    provide: token,
    useFactory: (references: FunctionReferencesLike) => references.of(method),
    inject: [INNGEST_REFERENCES],
  });
}

/** The token that {@link giveToken} set; undefined for a method without a decorator. */
export function tokenOf(method: object): Type<unknown> | undefined {
  return Reflect.getOwnMetadata(INNGEST_FUNCTION_TOKEN, method) as Type<unknown> | undefined;
}
