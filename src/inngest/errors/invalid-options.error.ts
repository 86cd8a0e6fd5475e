/** A function is configured with what Inngest's SDK would drop without a word. */
export class InvalidOptionsError extends Error {
  override readonly name = 'InvalidOptionsError';

  /** @param where the decorator and its method, such as `@InngestFunction on Imports.run` */
  static withoutId(where: string): InvalidOptionsError {
    return new InvalidOptionsError(
      `${where} has no id. Inngest knows a function by it: name it, and keep the name.`,
    );
  }

  static unknown(where: string, names: readonly string[], known: readonly string[]): InvalidOptionsError {
    return new InvalidOptionsError(
      `${where} has an option that there is not: ${names.join(', ')}. There are: ${known.join(', ')}.`,
    );
  }

  /** The schema of a deferred function: the SDK skips such a call of `defer`, and only logs it. */
  static asyncSchema(where: string): InvalidOptionsError {
    return new InvalidOptionsError(
      `The schema of ${where} validates asynchronously, and the SDK skips every call of defer for it. Use a schema that ` +
        'validates synchronously. For a DTO, leave `schema` out and call parseEventData(Dto, event.data) in the method.',
    );
  }
}
