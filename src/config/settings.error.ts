/** The environment cannot be used. Names every mistake at once, each with its fix. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';

  /** @param notices what may be why, a line each */
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
