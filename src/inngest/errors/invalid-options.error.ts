/** A function has options that Inngest's SDK would silently ignore. */
export class InvalidOptionsError extends Error {
  override readonly name = 'InvalidOptionsError';

  /** @param where the decorator and its method, such as `@InngestFunction on Imports.run` */
  static withoutId(where: string): InvalidOptionsError {
    return new InvalidOptionsError(
      `${where} has no id. Inngest identifies a function by its id. Add one, and do not change it later.`,
    );
  }

  static unknown(where: string, names: readonly string[], known: readonly string[]): InvalidOptionsError {
    const what = names.length === 1 ? 'unknown option' : 'unknown options';
    return new InvalidOptionsError(
      `${where}: ${what} ${names.map((name) => `"${name}"`).join(', ')}. Valid options: ${known.join(', ')}.`,
    );
  }

  /**
   * The schema of a deferred function validates asynchronously. The SDK would skip each call of `defer` and only log
   * that.
   */
  static asyncSchema(where: string): InvalidOptionsError {
    return new InvalidOptionsError(
      `The schema of ${where} validates asynchronously, and the SDK skips every call of defer for it. Use a schema that ` +
        'validates synchronously. For a DTO, leave `schema` out and call parseEventData(Dto, event.data) in the method.',
    );
  }
}
