/** A module with Inngest functions, or with an InngestModule, was loaded lazily after the application had started. */
export class LateHandlersError extends Error {
  override readonly name = 'LateHandlersError';

  /** @param handlers the decorated methods, `Class.method` */
  static ofHandlers(handlers: readonly string[]): LateHandlersError {
    return new LateHandlersError(
      `${handlers.join(', ')}: this module was loaded after the application had found its Inngest functions, and Inngest must ` +
        `know all of them from the start, or it drops events for them until the next load. ${FIX}`,
    );
  }

  /** @param apps the names of the apps */
  static ofApps(apps: readonly string[]): LateHandlersError {
    const names = apps.map((name) => `"${name}"`).join(', ');
    return new LateHandlersError(
      `A module that was loaded after the application had started imports InngestModule for ${names}, whose endpoint can ` +
        `no longer be served. ${FIX}`,
    );
  }
}

const FIX =
  'Import the module in the application, or load it between NestFactory.create() and app.init() or app.listen().';
