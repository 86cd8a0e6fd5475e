/** The class of a handler is request-scoped or transient, so there is no instance for a call from Inngest. */
export class NotASingletonError extends Error {
  override readonly name = 'NotASingletonError';

  constructor(handler: string, scope: 'request-scoped' | 'transient') {
    super(
      `${handler} handles Inngest functions but its class is ${scope} (or depends on one that is). Inngest calls it ` +
        'outside of any request, where the class has no instance. Make the class, and everything that it injects, ' +
        'a singleton (Scope.DEFAULT).',
    );
  }
}
