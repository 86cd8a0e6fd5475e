/** The class of a handler is not a singleton, so it has no instance when Inngest calls. */
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
