/** A request is not a valid call of Inngest. The message names every mistake. */
export class InvalidCallError extends Error {
  override readonly name = 'InvalidCallError';
  readonly status = 400;

  constructor(mistakes: readonly string[]) {
    super(`Not a valid Inngest call: ${mistakes.join(', ')}.`);
  }
}
