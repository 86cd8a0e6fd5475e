/** An app outside of dev mode has no signing key, so it could not check the signatures of calls. */
export class MissingSigningKeyError extends Error {
  override readonly name = 'MissingSigningKeyError';

  constructor() {
    super(
      'InngestModule needs a signingKey: without one it cannot verify that a call comes from Inngest. ' +
        'Pass `signingKey`, or `isDev: true` to work with a Dev Server, which does not sign its calls.',
    );
  }
}
