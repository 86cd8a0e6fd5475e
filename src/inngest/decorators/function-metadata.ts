import type { InngestDeferOptions } from './inngest-defer.decorator.js';
import type { InngestFunctionOptions } from './inngest-function.decorator.js';

/** What `@InngestFunction` and `@InngestDefer` note on a method. */
export type FunctionMetadata =
  | { readonly kind: 'function'; readonly options: InngestFunctionOptions }
  | { readonly kind: 'deferred'; readonly options: InngestDeferOptions };
