/** A function is configured with what Inngest's SDK would drop without a word. */
export class InvalidOptionsError extends Error {
  override readonly name = 'InvalidOptionsError';

  static withoutId(handler: string): InvalidOptionsError {
    return new InvalidOptionsError(
      `@InngestFunction on ${handler} has no id. Inngest knows a function by it: name it, and keep the name.`,
    );
  }

  static unknown(handler: string, names: readonly string[], known: readonly string[]): InvalidOptionsError {
    return new InvalidOptionsError(
      `@InngestFunction on ${handler} has an option that there is not: ${names.join(', ')}. ` +
        `There are: ${known.join(', ')}.`,
    );
  }
}
