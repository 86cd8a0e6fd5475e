import { floodSeconds, flood, FLOOD_DELAY_MS } from '../experiments/flood.js';
import { mostInWindow } from '../probe/permits.js';
import { DEMO_TASK_CONCURRENCY, DEMO_TASK_THROTTLE } from '../probe/promised-limits.js';
import type { RunEvidence } from '../probe/run-evidence.js';
import { excessStarts, throttledStarts } from '../probe/throttled-starts.js';
import type { InngestPromise } from '../checking/promise.js';
import { seconds } from '../report/words.js';

const { limit, periodMs } = DEMO_TASK_THROTTLE;
const INTERVAL_MS = periodMs / limit;
const MOST_IN_PERIOD = mostInWindow(DEMO_TASK_THROTTLE, periodMs);

export const throttle: InngestPromise = {
  id: 'throttle',
  title: `Of many tasks ${limit} start immediately, then one every ${INTERVAL_MS / 1_000} s`,
  promised:
    `A throttle of ${limit} per ${periodMs / 1_000} s lets ${limit} runs start after a rest and then gives back one start ` +
    `every ${INTERVAL_MS / 1_000} s. So it is the long run that is limited: a window of ${periodMs / 1_000} s that begins ` +
    `with the burst can see ${MOST_IN_PERIOD} starts.`,
  know:
    `Any ${periodMs / 1_000} s window can see up to ${MOST_IN_PERIOD} starts, not ${limit}: a burst of ${limit} that were saved up, and one ` +
    `every ${INTERVAL_MS / 1_000} s while the window lasts. Only the long run is limited to ${limit} per ${periodMs / 1_000} s.`,
  expected: `${limit} at once, then one every ${INTERVAL_MS / 1_000} s`,
  seconds: floodSeconds,
  shares: flood,
  async run(probe, evidence) {
    const { burst, backlog } = await probe.scenario(flood);
    const runs = [...burst, ...backlog].toSorted((a, b) => (a.startedAt ?? 0) - (b.startedAt ?? 0));
    const started = runs.flatMap(({ queuedAt, startedAt, endedAt }) =>
      startedAt === undefined ? [] : [{ queuedAt, startedAt, endedAt }],
    );
    const starts = started.map(({ startedAt }) => startedAt);
    const inJournal = probe.journal && runs.map(firstStep).filter((at) => at !== undefined);
    const [begin = 0] = starts;
    evidence.lookAt(...runs.slice(0, limit + 1));
    evidence.picture({ kind: 'starts', limit, periodMs, starts: starts.map((at) => at - begin) });
    const { slackMs } = probe.timing;
    // The second half of the burst waits until runs of the first half have ended.
    const tolerance = { burstMs: FLOOD_DELAY_MS + slackMs, laterMs: slackMs };
    const { atOnce, late } = throttledStarts(DEMO_TASK_THROTTLE, DEMO_TASK_CONCURRENCY, started, tolerance);
    const after = starts.slice(limit);
    const gaps = after.slice(1).map((at, i) => at - (after[i] as number));
    evidence.measured = `${atOnce} at once, then one every ${seconds(average(gaps))}`;
    evidence.check({
      what: 'runs started',
      expected: `${runs.length}`,
      api: starts.length,
      journal: inJournal?.length,
      holds: (count) => count === runs.length,
    });
    evidence.check({
      what: `starts beyond ${limit} and one more per ${INTERVAL_MS / 1_000} s, counted from any start`,
      expected: 'none',
      api: excessStarts(DEMO_TASK_THROTTLE, starts, slackMs),
      journal:
        inJournal &&
        excessStarts(
          DEMO_TASK_THROTTLE,
          inJournal.toSorted((x, y) => x - y),
          slackMs,
        ),
      show: (count) => (count <= 0 ? 'none' : String(count)),
      agree: (a, b) => a > 0 === b > 0,
      holds: (count) => count <= 0,
    });
    evidence.check({
      what: 'starts later than the throttle allows them',
      expected: 'none',
      api: late.length,
      show: (count) => (count === 0 ? 'none' : `${count}, by up to ${seconds(Math.max(...late))}`),
      holds: (count) => count === 0,
    });
    const windows = starts.map((at, i) => starts.slice(i).filter((other) => other < at + periodMs).length);
    evidence.note(`The busiest ${periodMs / 1_000} s saw ${Math.max(...windows)} starts.`);
  },
};

function average(list: readonly number[]): number {
  return list.reduce((sum, value) => sum + value, 0) / Math.max(1, list.length);
}

function firstStep(run: RunEvidence): number | undefined {
  return run.journal?.[0]?.startedAt;
}
