/** A handler names an app for which no InngestModule is imported, or names none and there is no app without a name. */
export class UnknownAppError extends Error {
  override readonly name = 'UnknownAppError';

  /**
   * @param handler the decorated method, `Class.method`
   * @param app the app that it names; undefined if it names none
   * @param known the names of the apps that exist
   */
  constructor(handler: string, app: string | undefined, known: readonly string[]) {
    const names = known.map((name) => `"${name}"`).join(', ');
    super(
      app === undefined
        ? `${handler} names no app, and InngestModule is imported only under names: ${names}. ` +
            `Add \`app\` to its decorator.`
        : `${handler} is for the app "${app}", which no InngestModule is imported for. Known apps: ${names}.`,
    );
  }
}
