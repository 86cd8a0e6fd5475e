import { INNGEST_ON_FAILURE_METADATA } from '../definition/inngest.constants.js';
import type { AnyFailureContext } from './inngest-context.js';
import { defineHandler } from './define-handler.js';
import type { HandlerDecorator } from './handler-decorator.js';

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
 * @throws Error when it is put on a static method, or twice on one method
 */
export function OnInngestFailure(functionId: string): HandlerDecorator<AnyFailureContext> {
  return defineHandler(INNGEST_ON_FAILURE_METADATA, functionId, '@OnInngestFailure');
}
