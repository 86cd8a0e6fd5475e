/** A failure handler names a function that does not exist. */
export class UnknownFunctionError extends Error {
  override readonly name = 'UnknownFunctionError';

  constructor(id: string, handler: string, known: readonly string[]) {
    super(
      `@OnInngestFailure('${id}') on ${handler}: no function has the id "${id}". ` +
        (known.length > 0 ? `Known ids: ${known.join(', ')}.` : 'The app has no functions.'),
    );
  }
}
