import type { InngestDeferOptions } from './inngest-defer.decorator.js';
import type { InngestFunctionOptions } from './inngest-function.decorator.js';

/** The metadata that `@InngestFunction` and `@InngestDefer` store on a method. */
export type FunctionMetadata =
  | { readonly kind: 'function'; readonly options: InngestFunctionOptions }
  | { readonly kind: 'deferred'; readonly options: InngestDeferOptions };
