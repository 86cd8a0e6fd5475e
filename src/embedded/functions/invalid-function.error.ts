/** The configuration of a function has mistakes, or options that this server does not support. */
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
