/**
 * A global prefix applies to the endpoint's route, so Nest would announce another path than the one that Inngest calls.
 */
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
