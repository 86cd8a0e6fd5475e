import type { InngestDeferOptions, InngestDeferSchema } from '../decorators/inngest-defer.decorator.js';
import type { InngestFunctionOptions } from '../decorators/inngest-function.decorator.js';
import { InvalidOptionsError } from '../errors/invalid-options.error.js';
import { assertRetry } from '../retry/assert-retry.js';
import type { DiscoveredFunction } from './discovered-handlers.js';

/** The names of the options. Compilation fails if a version of the SDK has other ones. */
const NAMES: Record<keyof InngestFunctionOptions, true> = {
  id: true,
  name: true,
  description: true,
  triggers: true,
  retries: true,
  onFailure: true,
  idempotency: true,
  rateLimit: true,
  throttle: true,
  concurrency: true,
  priority: true,
  debounce: true,
  batchEvents: true,
  singleton: true,
  cancelOn: true,
  timeouts: true,
  checkpointing: true,
  experimentalCheckpointing: true,
  optimizeParallelism: true,
  middleware: true,
  retry: true,
  app: true,
};

const { triggers: _triggers, onFailure: _onFailure, batchEvents: _batchEvents, ...COMMON_NAMES } = NAMES;

/** The names of the options of a deferred function. */
const DEFERRED_NAMES: Record<keyof InngestDeferOptions, true> = { ...COMMON_NAMES, schema: true };

/**
 * Rejects options that the SDK would ignore. The compiler finds a misspelt option in an object literal, but not in
 * options that are spread or computed, and not the `trigger` of older versions.
 *
 * @throws InvalidOptionsError, InvalidRetryError
 */
export function assertOptions({ name, kind, options }: DiscoveredFunction): void {
  const where = `${kind === 'function' ? '@InngestFunction' : '@InngestDefer'} on ${name}`;
  const names: object = kind === 'function' ? NAMES : DEFERRED_NAMES;
  if (!options.id) throw InvalidOptionsError.withoutId(where);
  const unknown = Object.keys(options).filter((option) => !Object.hasOwn(names, option));
  if (unknown.length > 0) throw InvalidOptionsError.unknown(where, unknown, Object.keys(names));
  assertRetry(options.retry, where);
  if (kind === 'deferred' && isAsync(options.schema)) throw InvalidOptionsError.asyncSchema(where);
}

/** Whether a schema validates asynchronously. Some always do, such as that of a DTO. */
function isAsync(schema: InngestDeferSchema): boolean {
  try {
    const result = schema?.['~standard'].validate({});
    if (!(result instanceof Promise)) return false;
    result.catch(() => undefined);
    return true;
  } catch {
    // A schema that throws for an empty object will report its error where it is used.
    return false;
  }
}
