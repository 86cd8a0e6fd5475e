import type { FunctionMetadata } from '../decorators/function-metadata.js';
import type { LostDecorator } from './lost-decorators.js';

/** A decorated method on its instance. */
export interface DiscoveredMethod {
  readonly instance: object;
  /** `Class.method`, for messages. */
  readonly name: string;
  /** The name of its app; undefined for the app without a name. */
  readonly app: string | undefined;
  readonly call: (context: unknown) => unknown;
}

export type DiscoveredFunction = DiscoveredMethod & FunctionMetadata;

export interface DiscoveredFailureHandler extends DiscoveredMethod {
  readonly functionId: string;
}

export interface DiscoveredHandlers {
  readonly functions: readonly DiscoveredFunction[];
  readonly failureHandlers: readonly DiscoveredFailureHandler[];
  readonly lost: readonly LostDecorator[];
}
