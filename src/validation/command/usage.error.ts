/** The command line is invalid, or requests something that is impossible. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
