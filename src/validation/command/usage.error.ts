/** What was asked for on the command line cannot be done. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
