import type { Handler, Inngest } from 'inngest';
import type { InngestMiddleware } from '../definition/middleware-class.js';
import type { RetryOptions } from '../definition/retry-options.js';
import type { InngestTriggers } from './inngest-context.js';
import { defineFunction } from './define-handler.js';
import type { FunctionDecorator } from './handler-decorator.js';

/** What this module adds to the SDK's configuration of a function. */
export interface OwnFunctionOptions {
  /** The app that the function belongs to: the `name` of its `InngestModule`. Default: the one without a name. */
  app?: string;

  /** The SDK's middleware for this function, after that of the module. */
  middleware?: InngestMiddleware;

  /** When a failed step, or the function itself, is tried again. Default: the module's `retry`. */
  retry?: RetryOptions;
}

/** The SDK's own configuration of a function: `id`, `name`, `triggers`, `retries`, `throttle`, ...; `app` and `retry`. */
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
 * The method is found when the application starts and is called on its instance, so everything injected is at hand.
 * A parameter that does not fit the triggers is a compile error.
 *
 * **What wraps a handler, and what does not.** Inngest's SDK calls it, not Nest's router. So of Nest: dependency
 * injection, the lifecycle hooks of its class, and the AsyncLocalStorage of a step ({@link currentStep}). Not: guards,
 * pipes, interceptors and exception filters, be they global or on the method or class; there is no request to inject
 * either, so the class must be a singleton. Check input with {@link parseEventData} or the event's schema; wrap
 * handlers in the SDK's own middleware (`middleware` of the module or of this function).
 *
 * The method runs again from the top for every step (that is how Inngest resumes a run), so what must happen once
 * belongs into `step.run`. An error that leaves it, or a step, is retried as the `retry` option says unless it is a
 * `NonRetriableError` or says itself when (`RetryAfterError`).
 *
 * @throws Error when it is put on a static method, or on a method that is a function already
 */
export function InngestFunction<const TTriggers extends InngestTriggers = undefined>(
  options: InngestFunctionOptions<TTriggers>,
): FunctionDecorator<TTriggers> {
  return defineFunction({ kind: 'function', options }, '@InngestFunction');
}
