import type { BenchContext } from '../context.js';
import type { Results } from '../report.js';
import { median } from '../statistics.js';
import { EMBEDDED, type Field } from '../field.js';
import type { Subject } from '../subject.js';
import { IDLE_EVENT } from '../workload.js';

/** The ways to send events, and the events per second that the embedded server must accept. */
const WAYS = [
  { name: 'in batches of 100', size: 100, inFlight: 4, events: 20_000, goal: 15_000 },
  { name: 'one by one', size: 1, inFlight: 16, events: 5_000, goal: 3_000 },
] as const;

/** The number of runs that execute while events are sent. They take longer than the events. */
const RUNS_MEANWHILE = 400;

/**
 * Measures how many events per second a server accepts. The events start no runs. No other runs execute in the first part; in the
 * second part some do.
 */
export async function events(field: Field, { say, isQuick }: BenchContext): Promise<Results> {
  const results: Results = { figures: [], goals: [] };
  const rounds = isQuick ? 1 : 3;
  for (const areRunsMeanwhile of [false, true]) {
    for (const way of WAYS) {
      const name = `events/s, ${way.name}${areRunsMeanwhile ? ', while runs execute' : ''}`;
      say(name);
      const rates = new Map<Subject, number[]>(field.subjects.map((subject) => [subject, []]));
      for (let round = 0; round <= rounds; round++) {
        for (const subject of field.subjects) {
          const rate = await (areRunsMeanwhile ? besideRuns(subject, way) : take(subject, way));
          // A server may deliver accepted events later.
          await subject.rest();
          // The first round is a warm-up.
          if (round > 0) rates.get(subject)?.push(rate);
        }
      }
      for (const [{ name: subject }, all] of rates) {
        const value = median(all);
        results.figures.push({ name, subject, value, unit: 'events/s' });
        if (subject === EMBEDDED) results.goals.push({ name, value, unit: 'events/s', atLeast: way.goal });
      }
    }
  }
  return results;
}

type Way = (typeof WAYS)[number];

async function besideRuns(subject: Subject, way: Way): Promise<number> {
  const { done } = await subject.startMany('on', RUNS_MEANWHILE);
  let areDone = false;
  const ended = done.then(() => (areDone = true));
  const rate = await take(subject, way, () => areDone);
  await ended;
  return rate;
}

/** Sends the events, or as many as possible until `isOver`. Returns the number of accepted events per second. */
async function take(
  subject: Subject,
  { size, inFlight, events: count }: Way,
  isOver = (): boolean => false,
): Promise<number> {
  let sent = 0;
  const begun = performance.now();
  const sendSome = async (): Promise<void> => {
    while (sent < count && !isOver()) {
      const first = sent;
      sent += size;
      await subject.post(bodyOf(first, size));
    }
  };
  await Promise.all(Array.from({ length: inFlight }, sendSome));
  return (sent / (performance.now() - begun)) * 1_000;
}

function bodyOf(first: number, count: number): string {
  const list = Array.from({ length: count }, (_, index) => ({
    name: IDLE_EVENT,
    data: { taskId: `task-${first + index}`, kind: 'nothing' },
  }));
  return JSON.stringify(count === 1 ? list[0] : list);
}
