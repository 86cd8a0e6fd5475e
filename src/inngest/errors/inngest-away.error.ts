/** A request of the client did not reach Inngest. Its `cause` is Node's error, whose message is only "fetch failed". */
export class InngestAwayError extends Error {
  override readonly name = 'InngestAwayError';

  /**
   * The message starts with "fetch failed" as Node's does. For any other message the SDK logs a misleading line about
   * custom fetch implementations.
   *
   * @param advice what the user can do about it
   */
  constructor(origin: string, reason: string, advice: string, cause: unknown) {
    super(`fetch failed: Inngest is not reachable at ${origin} (${reason}). ${advice}`, { cause });
  }
}
