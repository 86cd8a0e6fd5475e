import type { Inngest, Middleware } from 'inngest';

/**
 * The minimal type of a middleware class. If an application in CommonJS requires the SDK and this module imports it,
 * two builds are loaded whose types are not compatible, so this type names only the properties that identify a
 * middleware class.
 */
type ForeignMiddlewareClass = new (args: never) => {
  readonly id: string;
  functionOutputTransform: unknown;
  stepOutputTransform: unknown;
};

/** A class of the SDK's middleware, from either of its builds. */
export type MiddlewareClass = Middleware.Class | ForeignMiddlewareClass;

/** Middleware classes in the order of the `middleware` option: those of the module, then those of the function. */
export type InngestMiddleware = readonly MiddlewareClass[];

/** The type of a middleware's additions, in the types of the middleware's SDK build. */
type HandedOn<TInstance> = TInstance extends { transformFunctionInput(arg: never): { ctx: infer TContext } }
  ? { ctx: TContext }
  : unknown;

type Replaced = 'transformFunctionInput' | 'functionOutputTransform' | 'stepOutputTransform';

/** The same class in the types of the build that this module imports. */
type Native<TClass> = TClass extends Middleware.Class
  ? TClass
  : TClass extends new (args: never) => infer TInstance
    ? new (args: { client: Inngest.Any }) => Omit<Middleware.BaseMiddleware, Replaced> &
        Pick<TInstance, keyof TInstance & Exclude<Replaced, 'transformFunctionInput'>> & {
          transformFunctionInput(
            arg: Middleware.TransformFunctionInputArgs,
          ): Middleware.TransformFunctionInputArgs & HandedOn<TInstance>;
        }
    : never;

/** {@link Native} for each class of a tuple. */
export type NativeMiddleware<TMiddleware extends InngestMiddleware> = TMiddleware extends readonly [
  infer TFirst,
  ...infer TRest extends InngestMiddleware,
]
  ? [Native<TFirst>, ...NativeMiddleware<TRest>]
  : [];
