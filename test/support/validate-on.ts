import { SystemClock } from '../../src/clock/index.js';
import type { EmbeddedStage } from '../../src/embedded-stages.js';
import { PROMISES, validate, type Report } from '../../src/validation/index.js';

/** Tries promises on a stage that stays open; all of them unless told which. */
export function validateOn(stage: EmbeddedStage, only?: readonly string[]): Promise<Report> {
  const { title, target, appId, workerUrl, pace, journal } = stage;
  const borrowed = { title, target, appId, workerUrl, pace, journal, close: () => Promise.resolve([]) };
  return validate({
    promises: PROMISES.filter(({ id }) => only?.includes(id) ?? true),
    stages: { open: () => Promise.resolve(borrowed) },
    seed: 1,
    // Four that wait show as much as many.
    floodSize: 24,
    signal: new AbortController().signal,
    clock: new SystemClock(),
    progress: { begin: () => undefined, say: () => undefined, end: () => undefined },
  });
}
