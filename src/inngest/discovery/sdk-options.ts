import { EventType, type Middleware } from 'inngest';
import type { InngestTrigger, InngestTriggers } from '../decorators/inngest-context.js';
import type { OwnFunctionOptions } from '../decorators/inngest-function.decorator.js';

/** The SDK's event type, from either of its builds. */
type AnyEventType = Pick<EventType<string, undefined>, 'name' | 'schema' | 'version'>;

/** The options of a function that the SDK understands, in the SDK's form. */
export function sdkOptions<TOptions extends OwnFunctionOptions>({
  retry: _retry,
  app: _app,
  middleware,
  ...options
}: TOptions): Omit<TOptions, keyof OwnFunctionOptions> & { middleware?: Middleware.Class[] } {
  return { ...options, ...(middleware && { middleware: [...middleware] as Middleware.Class[] }) };
}

/**
 * Converts the triggers to event types of the SDK build that this module imports. An application in CommonJS requires
 * another build. The SDK would not recognize its event types: it would drop their schemas, and register `{ event, if }`
 * wrongly.
 */
export function sdkTriggers(triggers: InngestTriggers): InngestTrigger[] | undefined {
  return triggers === undefined ? undefined : [triggers].flat().map(sdkTrigger);
}

function sdkTrigger(trigger: InngestTrigger): InngestTrigger {
  if (isForeign(trigger)) return native(trigger);
  const { event } = trigger;
  return isForeign(event) ? ({ ...trigger, event: native(event) } as InngestTrigger) : trigger;
}

function isForeign(value: unknown): value is AnyEventType {
  return typeof value === 'object' && value !== null && 'create' in value && !(value instanceof EventType);
}

function native({ name, schema, version }: AnyEventType): EventType<string, undefined> {
  return new EventType({ name, schema, ...(version !== undefined && { version }) });
}
