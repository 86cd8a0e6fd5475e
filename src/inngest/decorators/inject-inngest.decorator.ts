import { Inject } from '@nestjs/common';
import { INNGEST_CLIENT } from '../definition/inngest.constants.js';

/** The token of the client, e.g. for `app.get(getInngestToken())` or to replace it in a test. */
export function getInngestToken(): string {
  return INNGEST_CLIENT;
}

/** Injects the SDK's client: `constructor(@InjectInngest() private readonly inngest: Inngest) {}`. */
export const InjectInngest = (): ParameterDecorator & PropertyDecorator => Inject(getInngestToken());
