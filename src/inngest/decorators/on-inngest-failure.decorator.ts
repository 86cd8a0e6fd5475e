import { INNGEST_ON_FAILURE_METADATA } from '../definition/inngest.constants.js';
import { defineHandler } from './define-handler.js';
import type { FailureDecorator } from './handler-decorator.js';

/**
 * Makes a method the failure handler of the function with this id. Inngest calls it when a run has failed finally:
 * after the last retry, or with a `NonRetriableError`. The method can be in any provider, usually in the function's
 * class.
 *
 * ```ts
 * @OnInngestFailure('import')
 * async importFailed({ error, event }: InngestFailureContext<typeof importRequested>) {
 *   this.logger.error(`Import of ${event.data.event.data.path} failed: ${error.message}`);
 * }
 * ```
 *
 * For Inngest it is a separate function (`<app>-<function>-failure`) with its own steps and retries.
 *
 * @param functionId the `id` of an `@InngestFunction`, without the app's id
 * @param options `app`: the app of the function, if there are several
 * @throws HandlerPlacementError for a static method, an accessor, or a method that already is a failure handler
 */
export function OnInngestFailure(functionId: string, { app }: FailureHandlerOptions = {}): FailureDecorator {
  return defineHandler(INNGEST_ON_FAILURE_METADATA, { functionId, app }, '@OnInngestFailure');
}

/** The options of a failure handler. */
export interface FailureHandlerOptions {
  /** The app of the function: the `name` of its `InngestModule`. Default: the app without a name. */
  readonly app?: string | undefined;
}

/** The metadata that `@OnInngestFailure` stores on a method. */
export interface FailureHandlerMetadata extends FailureHandlerOptions {
  readonly functionId: string;
}
