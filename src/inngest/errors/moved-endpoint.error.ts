import { INNGEST_PATH } from '../definition/inngest.constants.js';

/** A global prefix would announce the endpoint somewhere else than where Inngest calls it. */
export class MovedEndpointError extends Error {
  override readonly name = 'MovedEndpointError';

  constructor(prefix: string) {
    const path = INNGEST_PATH.slice(1);
    super(
      `The global prefix "${prefix}" would move ${INNGEST_PATH}, where Inngest calls this app. ` +
        `Exclude it: app.setGlobalPrefix('${prefix}', { exclude: ['${path}'] }).`,
    );
  }
}
