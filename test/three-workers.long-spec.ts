import { EmbeddedInngest } from '../src/embedded/index.js';
import { Changes } from '../src/embedded/notices/notices.js';
import type { JournalEntry } from '../src/demo-task/providers/step-journal.js';
import { RunsApi, type Run } from '../src/testing/runs-api.js';
import { closeAfterEach } from './support/close-after-each.js';
import { WorkerFleet, type FleetWorker } from './support/worker-fleet.js';

const TASKS = 32;
/** The demo task's flow control: runs that start at the same time, the time between later starts, and concurrent calls. */
const THROTTLE = { burst: 20, everyMs: 3_000 };
const CONCURRENCY = 10;
const STEPS_OF_A_TASK = 5;
const DELAY_MS = 1_500;

const closing = closeAfterEach();

/** Sends tasks to the workers' load balancer, as clients do. */
async function request(url: string, tasks: number): Promise<void> {
  const answers = await Promise.all(
    Array.from({ length: tasks }, (_, n) =>
      fetch(`${url}/demo-tasks`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ taskId: `task-${n}`, delayMs: DELAY_MS }),
      }),
    ),
  );
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
}

/** Waits until there are this many runs and all of them have ended. Returns them. */
function allEnded(server: EmbeddedInngest, count: number): Promise<Run[]> {
  const api = new RunsApi(() => server.url);
  return new Promise((resolve, reject) => {
    let asking = false;
    let changed = false;
    const look = async (): Promise<void> => {
      changed = true;
      if (asking) return;
      asking = true;
      while (changed) {
        changed = false;
        if (await api.areOpen()) continue;
        const runs = await api.all();
        if (runs.length < count) continue;
        stop();
        resolve(runs);
        return;
      }
      asking = false;
    };
    const stop = server.app.get(Changes).subscribe((change) => {
      if (change.kind === 'run') void look().catch(reject);
    });
  });
}

/** The largest number of steps that executed at the same time. A step without an end executed until its process was killed. */
function mostAtOnce(workers: readonly FleetWorker[]): number {
  const moments = workers.flatMap(({ journal }) => {
    const entries = journal();
    const open = entries.filter(({ phase }) => phase === 'start').length * 2 - entries.length;
    const last = Math.max(...entries.map(({ at }) => Date.parse(at)));
    return [
      ...entries.map(({ phase, at }) => ({ at: Date.parse(at), change: phase === 'start' ? 1 : -1 })),
      ...Array.from({ length: open }, () => ({ at: last, change: -1 })),
    ];
  });
  // At equal times, ends sort before starts.
  let running = 0;
  let most = 0;
  for (const { change } of moments.toSorted((a, b) => a.at - b.at || a.change - b.change)) {
    running += change;
    most = Math.max(most, running);
  }
  return most;
}

const keyOf = ({ runId, stepId }: JournalEntry): string => `${runId} ${stepId}`;

/** The steps that ended more than once, one entry for each further end. */
function endedAgain(entries: readonly JournalEntry[]): string[] {
  const ended = entries.filter(({ phase }) => phase === 'end').map(keyOf);
  return ended.filter((key, at) => ended.indexOf(key) !== at);
}

describe('Three workers on one embedded server, under load', () => {
  it('lose nothing, do nothing twice and keep the limits, when one is killed, one drained and one added', async () => {
    const server = closing(await EmbeddedInngest.start({ port: 0, retryIntervalMs: 1_000, logger: false }));
    const fleet = closing(await WorkerFleet.create(server.url));
    const [killed, drained, kept] = await Promise.all(['killed', 'drained', 'kept'].map((n) => fleet.add(n)));
    if (!killed || !drained || !kept) throw new Error('three workers were started');
    const ended = allEnded(server, TASKS);
    await request(fleet.balancer.url, TASKS);

    await killed.process.printed(/step=step-3-simulate-delay .*Waiting/);
    killed.process.send('SIGKILL');
    await killed.process.ended;
    const added = fleet.add('added');
    await drained.process.printed(/step=step-3-simulate-delay .*Waiting/);
    drained.process.send('SIGTERM');
    expect(await drained.process.ended).toBe(0);
    const workers = [killed, drained, kept, await added];
    const runs = await ended;

    // No run is lost.
    expect(runs).toHaveLength(TASKS);
    expect(new Set(runs.map(({ status }) => status))).toEqual(new Set(['COMPLETED']));
    // No step is executed twice, except the last step of each run in the killed worker: its result may not have been reported.
    const inDoubt = new Map(killed.journal().map((entry) => [entry.runId, keyOf(entry)]));
    const journals = workers.flatMap(({ journal }) => journal());
    expect(endedAgain(journals).filter((key) => ![...inDoubt.values()].includes(key))).toEqual([]);
    expect(new Set(journals.filter(({ phase }) => phase === 'end').map(keyOf)).size).toBe(
      TASKS * STEPS_OF_A_TASK,
    );
    // The drained worker ended the steps that it had begun, and every worker had work.
    const phases = drained.journal().map(({ phase }) => phase);
    expect(phases.filter((phase) => phase === 'end')).toHaveLength(phases.length / 2);
    expect(workers.map(({ journal }) => journal().length > 0)).toEqual([true, true, true, true]);
    // The limits hold across all workers.
    expect(mostAtOnce(workers)).toBeLessThanOrEqual(CONCURRENCY);
    const starts = runs.map(({ startedAt }) => Date.parse(startedAt!)).toSorted((a, b) => a - b);
    const sinceFirst = starts.map((at) => at - starts[0]!);
    const soonest = starts.map((_, n) => Math.max(0, n - THROTTLE.burst + 1) * THROTTLE.everyMs);
    // Runs show whole milliseconds of the wall clock. The throttle is more exact.
    expect(sinceFirst.filter((at, n) => at < soonest[n]! - 50)).toEqual([]);
  }, 180_000);
});
