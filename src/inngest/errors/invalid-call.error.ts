/** A request to run a function that is none of Inngest's; the message names what is wrong with it. */
export class InvalidCallError extends Error {
  override readonly name = 'InvalidCallError';
  readonly status = 400;

  constructor(mistakes: readonly string[]) {
    super(`the request is no call of Inngest's: ${mistakes.join(', ')}.`);
  }
}
