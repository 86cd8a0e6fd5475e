/** A failure handler names a deferred function. The SDK does not support failure handlers for deferred functions. */
export class UnsupportedFailureHandlerError extends Error {
  override readonly name = 'UnsupportedFailureHandlerError';

  constructor(id: string, handler: string, fn: string) {
    super(
      `@OnInngestFailure('${id}') on ${handler} is for ${fn}, which is a deferred function. Inngest's SDK calls no failure ` +
        'handler for those: handle the error in the method, or listen to the event inngest/function.failed.',
    );
  }
}
