/** A request to run a function that is not a valid call of Inngest; the message names every mistake. */
export class InvalidCallError extends Error {
  override readonly name = 'InvalidCallError';
  readonly status = 400;

  constructor(mistakes: readonly string[]) {
    super(`Not a valid Inngest call: ${mistakes.join(', ')}.`);
  }
}
