import { collectDefaultMetrics, Registry } from 'prom-client';

let registry: Registry | undefined;

/**
 * CPU, memory, event loop delay and garbage collection, in the names that prom-client gives them. They belong to the
 * process, so that all applications in it share them: each set has a timer and an observer of its own.
 */
export function processMetrics(): Registry {
  if (registry === undefined) {
    registry = new Registry();
    collectDefaultMetrics({ register: registry });
  }
  return registry;
}
