import { Inject, type Type } from '@nestjs/common';
import { DEFAULT_APP } from '../definition/inngest-app.js';
import { InngestRegistration } from './inngest-registration.js';

/**
 * The token of an app's {@link InngestRegistration}. For the app without a name it is the class itself.
 *
 * @param name the `name` in its module's options; undefined for the app without a name
 */
export function getInngestRegistrationToken(name: string = DEFAULT_APP): string | Type<InngestRegistration> {
  return name === DEFAULT_APP ? InngestRegistration : `InngestRegistration:${name}`;
}

/** Injects the registration of the app with this name. */
export const InjectInngestRegistration = (name?: string): ParameterDecorator & PropertyDecorator =>
  Inject(getInngestRegistrationToken(name));
