/** A request of the client did not reach Inngest. Node's own error, which says only "fetch failed", is the `cause`. */
export class InngestAwayError extends Error {
  override readonly name = 'InngestAwayError';

  /** @param advice what to do about it */
  constructor(origin: string, reason: string, advice: string, cause: unknown) {
    super(`Inngest is not reachable at ${origin} (${reason}). ${advice}`, { cause });
  }
}
