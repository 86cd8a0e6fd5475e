/** A request of the client did not reach Inngest. Node's own error, which says only "fetch failed", is the `cause`. */
export class InngestAwayError extends Error {
  override readonly name = 'InngestAwayError';

  /**
   * It begins with Node's words: the SDK logs a misleading line about custom fetch implementations for any others.
   *
   * @param advice what to do about it
   */
  constructor(origin: string, reason: string, advice: string, cause: unknown) {
    super(`fetch failed: Inngest is not reachable at ${origin} (${reason}). ${advice}`, { cause });
  }
}
