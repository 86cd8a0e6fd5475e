import { Inject } from '@nestjs/common';
import { getInngestToken } from '../definition/inngest.tokens.js';

/**
 * Injects the SDK's client: `constructor(@InjectInngest() private readonly inngest: Inngest) {}`.
 *
 * @param name the `name` in its module's options; undefined for the app without a name
 */
export const InjectInngest = (name?: string): ParameterDecorator & PropertyDecorator =>
  Inject(getInngestToken(name));
