import { Inject, type Type } from '@nestjs/common';
import { tokenOf } from '../definition/function-tokens.js';
import { NotAFunctionError } from '../errors/not-a-function.error.js';
import type { ClassOf, InngestFunctionRef, MethodsOf } from './inngest-function-ref.js';

/**
 * The token of a reference to a function. `InngestModule` provides the reference, so import that module where the token
 * is used, or once with `isGlobal: true`.
 *
 * @param type the class of the function; it may belong to another app, and this process need not provide it
 * @param method the method with `@InngestFunction` or `@InngestDefer`
 * @throws NotAFunctionError
 */
export function getInngestFunctionToken<TClass, TMethod extends MethodsOf<TClass>>(
  type: ClassOf<TClass>,
  method: TMethod,
): Type<InngestFunctionRef<TClass, TMethod>> {
  // With two files that import each other, the class may still be undefined when this runs.
  const prototype = (type as ClassOf<TClass> | undefined)?.prototype as Record<string, unknown> | undefined;
  if (prototype === undefined) throw NotAFunctionError.ofNoClass(method);
  const own = prototype[method];
  const token = typeof own === 'function' ? tokenOf(own) : undefined;
  if (token === undefined) throw NotAFunctionError.ofMethod(type.name, method);
  return token as Type<InngestFunctionRef<TClass, TMethod>>;
}

/**
 * Injects a reference to a function of another class or another app. Its type is `InngestFunctionRef<Class, 'method'>`.
 *
 * @throws NotAFunctionError
 */
export const InjectInngestFunction = <TClass, TMethod extends MethodsOf<TClass>>(
  type: ClassOf<TClass>,
  method: TMethod,
): ParameterDecorator & PropertyDecorator => Inject(getInngestFunctionToken(type, method));
