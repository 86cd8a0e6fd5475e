import type { InngestFunctionOptions } from '../decorators/inngest-function.decorator.js';
import { InvalidOptionsError } from '../errors/invalid-options.error.js';
import { assertRetry } from '../retry/assert-retry.js';
import type { DiscoveredFunction } from './discovered-handlers.js';

/** A compile error when a version of the SDK has others. */
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

/**
 * Refuses options that the SDK would leave out. The compiler sees a misspelt one where it is written, but not in options
 * that are spread or computed, nor the `trigger` of older versions.
 *
 * @throws InvalidOptionsError, InvalidRetryError
 */
export function assertOptions({ name, options }: DiscoveredFunction): void {
  if (!options.id) throw InvalidOptionsError.withoutId(name);
  const unknown = Object.keys(options).filter((option) => !Object.hasOwn(NAMES, option));
  if (unknown.length > 0) throw InvalidOptionsError.unknown(name, unknown, Object.keys(NAMES));
  assertRetry(options.retry, `@InngestFunction on ${name}`);
}
