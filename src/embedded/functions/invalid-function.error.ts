/** A function asks for something that is wrong, or that this server cannot do. */
export class InvalidFunctionError extends Error {
  override name = 'InvalidFunctionError';

  constructor(
    readonly slug: string,
    readonly mistakes: readonly string[],
  ) {
    super(
      `Function "${slug}" cannot be registered:\n${mistakes.map((mistake) => `  - ${mistake}`).join('\n')}`,
    );
  }
}
