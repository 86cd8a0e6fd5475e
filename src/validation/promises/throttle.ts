import { floodSeconds, flood, FLOOD_DELAY_MS } from '../experiments/flood.js';
import { mostInWindow, promisedStarts } from '../lab/permits.js';
import { DEMO_TASK_THROTTLE } from '../lab/promised-limits.js';
import type { RunEvidence } from '../lab/run-evidence.js';
import type { InngestPromise } from '../promise.js';
import { seconds } from '../report/words.js';

const { limit, periodMs } = DEMO_TASK_THROTTLE;
const INTERVAL_MS = periodMs / limit;

export const throttle: InngestPromise = {
  id: 'throttle',
  title: `Of many tasks ${limit} start at once, then one every ${INTERVAL_MS / 1_000} s`,
  promised:
    `A throttle of ${limit} per ${periodMs / 1_000} s lets ${limit} runs start after a rest and then gives back one start ` +
    `every ${INTERVAL_MS / 1_000} s. So it is the long run that is limited: a window of ${periodMs / 1_000} s that begins ` +
    `with the burst can see ${mostInWindow(DEMO_TASK_THROTTLE, periodMs)} starts.`,
  expected: `${limit} at once, then one every ${INTERVAL_MS / 1_000} s`,
  seconds: floodSeconds,
  shares: flood,
  async run(lab, evidence) {
    const { burst, backlog } = await lab.scenario(flood);
    const runs = [...burst, ...backlog].toSorted((a, b) => (a.startedAt ?? 0) - (b.startedAt ?? 0));
    const starts = runs.map(({ startedAt }) => startedAt).filter((at) => at !== undefined);
    const inJournal = lab.journal && runs.map(firstStep).filter((at) => at !== undefined);
    const [begin = 0] = starts;
    evidence.lookAt(...runs.slice(0, limit + 1));
    evidence.picture({ kind: 'starts', limit, periodMs, starts: starts.map((at) => at - begin) });
    // What comes back while the second half of the burst waits for the first does not belong to it.
    const atOnce = starts.filter((at) => at < begin + INTERVAL_MS - lab.pace.slackMs / 2).length;
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
      what: `starts beyond ${limit} and one more per ${INTERVAL_MS / 1_000} s, from any start on`,
      expected: 'none',
      api: excess(starts, lab.pace.slackMs),
      journal:
        inJournal &&
        excess(
          inJournal.toSorted((a, b) => a - b),
          lab.pace.slackMs,
        ),
      show: (count) => (count <= 0 ? 'none' : String(count)),
      agree: (a, b) => a > 0 === b > 0,
      holds: (count) => count <= 0,
    });
    const promised = promisedStarts(
      DEMO_TASK_THROTTLE,
      runs.map(({ queuedAt }) => queuedAt),
    );
    // The second half of the burst waits for the first to make room.
    const room = FLOOD_DELAY_MS + lab.pace.slackMs;
    const late = starts.map(
      (at, i) => at - Math.max(promised[i] ?? 0, begin) - (i < limit ? room : lab.pace.slackMs),
    );
    evidence.check({
      what: 'starts later than the throttle allows them',
      expected: 'none',
      api: late.filter((ms) => ms > 0).length,
      show: (count) => (count === 0 ? 'none' : `${count}, by up to ${seconds(Math.max(...late))}`),
      holds: (count) => count === 0,
    });
    const windows = starts.map((at, i) => starts.slice(i).filter((other) => other < at + periodMs).length);
    evidence.note(
      `The busiest ${periodMs / 1_000} s saw ${Math.max(...windows)} starts; ${mostInWindow(DEMO_TASK_THROTTLE, periodMs)} are ` +
        `possible: the burst of ${limit}, and one every ${INTERVAL_MS / 1_000} s while the window lasts.`,
    );
  },
};

function average(list: readonly number[]): number {
  return list.reduce((sum, value) => sum + value, 0) / Math.max(1, list.length);
}

function firstStep(run: RunEvidence): number | undefined {
  return run.journal?.[0]?.startedAt;
}

/** By how many starts the busiest stretch of time exceeds what was saved up plus what came back during it. */
function excess(starts: readonly number[], toleranceMs: number): number {
  let most = Number.NEGATIVE_INFINITY;
  for (const [i, from] of starts.entries()) {
    for (let j = i; j < starts.length; j++) {
      const allowed = limit + Math.floor(((starts[j] as number) - from + toleranceMs) / INTERVAL_MS);
      most = Math.max(most, j - i + 1 - allowed);
    }
  }
  return most;
}
