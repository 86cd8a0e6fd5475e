import { SystemClock } from '../../src/clock/index.js';
import type { EmbeddedEnvironment } from '../../src/embedded-environments.js';
import { PROMISES, validate, type Report } from '../../src/validation/index.js';

/** Runs promises against an environment and leaves it open. Runs all promises unless `only` lists ids. */
export function validateOn(environment: EmbeddedEnvironment, only?: readonly string[]): Promise<Report> {
  const { title, target, appId, workerUrl, timing, journal } = environment;
  const borrowed = { title, target, appId, workerUrl, timing, journal, close: () => Promise.resolve([]) };
  return validate({
    promises: PROMISES.filter(({ id }) => only?.includes(id) ?? true),
    environments: { open: () => Promise.resolve(borrowed) },
    seed: 1,
    // The 20 that the throttle lets start, and 4 that wait: more would show nothing new.
    floodSize: 24,
    signal: new AbortController().signal,
    clock: new SystemClock(),
    progress: { begin: () => undefined, say: () => undefined, end: () => undefined },
  });
}
