/** A global prefix would announce the endpoint somewhere else than where Inngest calls it. */
export class MovedEndpointError extends Error {
  override readonly name = 'MovedEndpointError';

  /** @param served the endpoint's path, with its leading slash */
  constructor(prefix: string, served: string) {
    const path = served.slice(1);
    super(
      `The global prefix "${prefix}" would move ${served}, where Inngest calls this app. ` +
        `Exclude it: app.setGlobalPrefix('${prefix}', { exclude: ['${path}'] }).`,
    );
  }
}
