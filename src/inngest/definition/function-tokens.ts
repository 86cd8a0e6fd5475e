import type { InjectionToken, Provider, Type } from '@nestjs/common';
import { INNGEST_FUNCTION_TOKEN, INNGEST_REFERENCES } from './inngest.constants.js';

/** Makes what is injected for a decorated method. */
export interface FunctionReferencesLike {
  of(method: object): unknown;
}

/**
 * Providers of references to all functions that decorators defined so far. It grows with every decorated class that is
 * loaded: it stands in the metadata of InngestModule, which Nest reads when an application is made.
 */
export const functionProviders: Provider[] = [];

/** Their tokens. */
export const functionTokens: InjectionToken[] = [];

/**
 * Gives a decorated method a token.
 *
 * @param name `Class.method`; Nest names it when it cannot resolve the token
 */
export function giveToken(method: object, name: string): void {
  // A class, because Nest infers from it what `app.get` returns.
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

/** The token that {@link giveToken} gave; undefined for a method without a decorator. */
export function tokenOf(method: object): Type<unknown> | undefined {
  return Reflect.getOwnMetadata(INNGEST_FUNCTION_TOKEN, method) as Type<unknown> | undefined;
}
