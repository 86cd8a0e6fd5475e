/** Outside of dev mode every call must be signed, and there is no key to check it with. */
export class MissingSigningKeyError extends Error {
  override readonly name = 'MissingSigningKeyError';

  constructor() {
    super(
      'InngestModule needs a signingKey: without one it cannot verify that a call comes from Inngest. ' +
        'Pass `signingKey`, or `isDev: true` to work with a Dev Server, which does not sign its calls.',
    );
  }
}
