/** The environment variables are wrong. The message names every mistake and how to fix it. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';

  /** @param notices possible reasons, one line each */
  constructor(
    readonly mistakes: readonly string[],
    notices: readonly string[] = [],
  ) {
    super(
      [
        mistakes.length === 1 ? 'A setting is wrong:' : `${mistakes.length} settings are wrong:`,
        ...mistakes.map((mistake) => `  - ${mistake}`),
        ...notices,
        'Set them in the environment or in .env; .env.example lists them all.',
      ].join('\n'),
    );
  }
}
