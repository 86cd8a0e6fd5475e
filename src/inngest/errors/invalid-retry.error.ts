/** A `retry` option from which no delay can be computed. */
export class InvalidRetryError extends Error {
  override readonly name = 'InvalidRetryError';

  /** @param where the owner of the option, such as `InngestModule` or `@InngestFunction on Imports.run` */
  constructor(where: string, problem: string) {
    super(`The option "retry" of ${where} ${problem}.`);
  }
}
