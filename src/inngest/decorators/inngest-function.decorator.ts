import type { Handler, Inngest } from 'inngest';
import type { InngestMiddleware } from '../definition/middleware-class.js';
import type { RetryOptions } from '../definition/retry-options.js';
import type { InngestTriggers } from './inngest-context.js';
import { defineFunction } from './define-handler.js';
import type { FunctionDecorator } from './handler-decorator.js';

/** The options of a function that this module adds to the SDK's. */
export interface OwnFunctionOptions {
  /** The app of the function: the `name` of its `InngestModule`. Default: the app without a name. */
  app?: string;

  /** The SDK's middleware for this function. It runs after that of the module. */
  middleware?: InngestMiddleware;

  /** The delays before a failed step, or the function itself, is tried again. Default: the module's `retry`. */
  retry?: RetryOptions;
}

/**
 * The SDK's configuration of a function (`id`, `name`, `triggers`, `retries`, `throttle`, ...) and
 * {@link OwnFunctionOptions}.
 */
export type InngestFunctionOptions<TTriggers extends InngestTriggers = InngestTriggers> = Omit<
  Inngest.CreateFunctionInput<undefined, TTriggers, Handler.Any>,
  'middleware'
> &
  OwnFunctionOptions;

/**
 * Makes a method of a provider (or controller) a durable Inngest function.
 *
 * ```ts
 * @Injectable()
 * export class ImportFunction {
 *   constructor(private readonly files: FileStore) {}
 *
 *   @InngestFunction({ id: 'import', triggers: [importRequested], retries: 5 })
 *   async import({ event, step }: InngestContext<typeof importRequested>) {
 *     const rows = await step.run('read', () => this.files.read(event.data.path));
 *     return { rows: rows.length };
 *   }
 * }
 * ```
 *
 * The module finds the method when the application starts and calls it on the class's instance, so the method can use
 * everything that is injected there. A parameter that does not fit the triggers is a compile error.
 *
 * **What applies to a handler.** Inngest's SDK calls it, not Nest's router. These parts of Nest apply: dependency
 * injection, the lifecycle hooks of its class, and the AsyncLocalStorage of a step ({@link currentStep}). Guards,
 * pipes, interceptors and exception filters do not apply, whether global or on the method or class. The class must be a
 * singleton, because there is no request to inject. Check input with {@link parseEventData} or the event's schema. Wrap
 * handlers with the SDK's middleware (`middleware` of the module or of this function).
 *
 * Inngest resumes a run by calling the method again from the top, once per step. Code that must run only once therefore
 * belongs into `step.run`. If the method or a step throws, it is retried as the `retry` option says, except that a
 * `NonRetriableError` is never retried and a `RetryAfterError` sets the time itself.
 *
 * @throws HandlerPlacementError for a static method, an accessor, or a method that already is a function
 */
export function InngestFunction<const TTriggers extends InngestTriggers = undefined>(
  options: InngestFunctionOptions<TTriggers>,
): FunctionDecorator<TTriggers> {
  return defineFunction({ kind: 'function', options }, '@InngestFunction');
}
