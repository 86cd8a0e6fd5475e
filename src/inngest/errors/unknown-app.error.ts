/** No InngestModule is imported for the app that a handler names, or for the app without a name if it names none. */
export class UnknownAppError extends Error {
  override readonly name = 'UnknownAppError';

  /**
   * @param handler the decorated method, `Class.method`
   * @param app the app that it names; undefined when it names none
   * @param known the names of the apps that there are
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
