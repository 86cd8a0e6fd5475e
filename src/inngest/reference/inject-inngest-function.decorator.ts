import { Inject, type Type } from '@nestjs/common';
import { tokenOf } from '../definition/function-tokens.js';
import { NotAFunctionError } from '../errors/not-a-function.error.js';
import type { ClassOf, InngestFunctionRef, MethodsOf } from './inngest-function-ref.js';

/**
 * The token of a reference to a function, which `InngestModule` provides: import it where the token is used, or import
 * it once with `isGlobal: true`.
 *
 * @param type the class of the function; it may belong to another app, and need not be provided in this process
 * @param method the method under `@InngestFunction` or `@InngestDefer`
 * @throws NotAFunctionError
 */
export function getInngestFunctionToken<TClass, TMethod extends MethodsOf<TClass>>(
  type: ClassOf<TClass>,
  method: TMethod,
): Type<InngestFunctionRef<TClass, TMethod>> {
  // Files that import each other: one of them runs before the other has its classes.
  const prototype = (type as ClassOf<TClass> | undefined)?.prototype as Record<string, unknown> | undefined;
  if (prototype === undefined) throw NotAFunctionError.ofNoClass(method);
  const own = prototype[method];
  const token = typeof own === 'function' ? tokenOf(own) : undefined;
  if (token === undefined) throw NotAFunctionError.ofMethod(type.name, method);
  return token as Type<InngestFunctionRef<TClass, TMethod>>;
}

/**
 * Injects a reference to a function of another class, or of another app; its type is
 * `InngestFunctionRef<Class, 'method'>`.
 *
 * @throws NotAFunctionError
 */
export const InjectInngestFunction = <TClass, TMethod extends MethodsOf<TClass>>(
  type: ClassOf<TClass>,
  method: TMethod,
): ParameterDecorator & PropertyDecorator => Inject(getInngestFunctionToken(type, method));
