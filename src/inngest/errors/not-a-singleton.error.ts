/** A handler's class has no instance of its own when Inngest calls. */
export class NotASingletonError extends Error {
  override readonly name = 'NotASingletonError';

  constructor(handler: string, scope: 'request-scoped' | 'transient') {
    super(
      `${handler} handles Inngest functions but its class is ${scope} (or depends on one that is). Inngest calls it ` +
        'outside of any request, so there would be no instance to call: make it, and what it injects, singletons ' +
        '(Scope.DEFAULT).',
    );
  }
}
