import { INNGEST_ON_FAILURE_METADATA } from '../definition/inngest.constants.js';
import { defineHandler } from './define-handler.js';
import type { FailureDecorator } from './handler-decorator.js';

/**
 * Makes a method the failure handler of the function with this id: Inngest calls it once a run has failed for good,
 * with its retries used up or a `NonRetriableError`. Usually a sibling of the function's method; any provider will do.
 *
 * ```ts
 * @OnInngestFailure('import')
 * async importFailed({ error, event }: InngestFailureContext<typeof importRequested>) {
 *   this.logger.error(`Import of ${event.data.event.data.path} failed: ${error.message}`);
 * }
 * ```
 *
 * It is a function of its own to Inngest (`<app>-<function>-failure`), with steps and retries of its own.
 *
 * @param functionId the `id` of an `@InngestFunction`, without the app's id
 * @param options `app`: the app that the function belongs to, where there are several
 * @throws Error when it is put on a static method, or twice on one method
 */
export function OnInngestFailure(functionId: string, { app }: FailureHandlerOptions = {}): FailureDecorator {
  return defineHandler(INNGEST_ON_FAILURE_METADATA, { functionId, app }, '@OnInngestFailure');
}

/** Which function a failure handler is for. */
export interface FailureHandlerOptions {
  /** The app of the function: the `name` of its `InngestModule`. Default: the one without a name. */
  readonly app?: string | undefined;
}

/** What `@OnInngestFailure` notes on a method. */
export interface FailureHandlerMetadata extends FailureHandlerOptions {
  readonly functionId: string;
}
