import type { AppFunction } from '../../functions/app-function.js';

/** A function in the form of `/dev` and the v1 API. */
export function describeFunction(fn: AppFunction): object {
  return {
    id: fn.id,
    fv: 1,
    name: fn.name,
    slug: fn.slug,
    triggers: fn.config['triggers'],
    steps: [{ id: 'step', name: 'step', uri: fn.url, retries: fn.maxAttempts - 1 }],
  };
}
