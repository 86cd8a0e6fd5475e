import { Inject, type Type } from '@nestjs/common';
import { DEFAULT_APP } from '../definition/inngest-app.js';
import { InngestHealthIndicator } from './inngest-health.indicator.js';

/**
 * The token of an app's {@link InngestHealthIndicator}. For the app without a name it is the class itself.
 *
 * @param name the `name` in its module's options; undefined for the app without a name
 */
export function getInngestHealthToken(name: string = DEFAULT_APP): string | Type<InngestHealthIndicator> {
  return name === DEFAULT_APP ? InngestHealthIndicator : `InngestHealthIndicator:${name}`;
}

/** Injects the health indicator of the app with this name. */
export const InjectInngestHealth = (name?: string): ParameterDecorator & PropertyDecorator =>
  Inject(getInngestHealthToken(name));
