/** An app that answers when it is asked for its functions, with something other than its functions. */
export class AppRefusedError extends Error {
  override readonly name = 'AppRefusedError';

  /** @param reason what it answered, as the rest of a sentence that begins with "it" */
  constructor(
    url: string,
    readonly reason: string,
  ) {
    super(`The app at ${url} ${reason}`);
  }
}
