/** An app answered a sync request, but without its functions. */
export class AppRefusedError extends Error {
  override readonly name = 'AppRefusedError';

  /** @param reason the rest of a sentence that begins with "it", such as "answered 500: …" */
  constructor(
    url: string,
    readonly reason: string,
  ) {
    super(`The app at ${url} ${reason}`);
  }
}
