import type { CallExpectation, Gap, RunScenario } from '../scenario.js';
import type { Target } from '../setup/target.js';

const SECOND = 1_000;
/** By default, a call must come within a second after the answer before it. */
const SOON_MS = SECOND;

/** The server's own backoff, and the most that its random part adds, both in seconds. Measured on Inngest 1.43. */
const BACKOFF_SECONDS = [15, 30, 60, 120, 300];
const JITTER_SECONDS = 30;

/** With `--retry-interval 1 --tick 10`, retries come after 1 s or up to a few seconds later (measured on Inngest 1.43). */
const FAST_RETRY_SPREAD_MS = 4 * SECOND;

/** The least and the most time from the answer before a call to the call, in milliseconds. */
export function boundsOf(
  gap: Gap | undefined,
  answeredAt: number,
  { retryInterval }: Pick<Target, 'retryInterval'>,
): readonly [number, number] {
  if (gap === undefined) return [0, SOON_MS];
  if ('wholeSeconds' in gap) {
    const moment = (Math.floor(answeredAt / SECOND) + gap.wholeSeconds) * SECOND;
    return [moment - answeredAt, moment - answeredAt];
  }
  if ('backoffOf' in gap) {
    if (retryInterval !== undefined) {
      return [retryInterval * SECOND, retryInterval * SECOND + FAST_RETRY_SPREAD_MS];
    }
    const least = BACKOFF_SECONDS[gap.backoffOf] ?? 0;
    return [least * SECOND, (least + JITTER_SECONDS) * SECOND];
  }
  return gap;
}

/** The longest time that a run's calls take in real time, in seconds. */
export function longestSeconds({ calls, acts = [] }: RunScenario, target: Target): number {
  const groups = calls.map((call): CallExpectation | undefined =>
    'concurrent' in call ? call.concurrent[0] : call,
  );
  const gaps = groups.map((call) => (call?.after ? boundsOf(call.after, 0, target)[1] : 0));
  const passed = acts.map((act) => ('pass' in act ? act.pass : 0));
  return [...gaps, ...passed].reduce((sum, ms) => sum + ms, 0) / SECOND;
}
