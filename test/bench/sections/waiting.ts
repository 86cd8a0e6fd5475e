import { request } from 'undici';
import type { BenchContext } from '../context.js';
import { Field } from '../field.js';
import type { BenchProcess } from '../processes/bench-process.js';
import { startCommand } from '../programs.js';
import type { Results } from '../report.js';
import { median, pairedRatio } from '../statistics.js';
import type { Subject } from '../subject.js';
import { TemporaryFolder } from '../temporary-folder.js';
import { measureStarts } from './kept-runs.js';

const MAX_RATIO = 1.3;
const MAX_BYTES_A_RUN = 1_024;
const EVENTS_AT_ONCE = 1_000;
const PAIRS = 300;
const HELD_EVENT = 'bench/held';
/** Nothing listens here. The runs are never called, because a throttle holds them. */
const HELD_URL = 'http://127.0.0.1:9/api/inngest';
/** The longest wait until all events are delivered and all ended runs are stored, in milliseconds. */
const MOST_REST_MS = 300_000;

/** Measures the cost of waiting runs: memory, and the time of a run of another function meanwhile. */
export async function waiting({ say, isQuick }: BenchContext): Promise<Results> {
  const results: Results = { figures: [], goals: [] };
  const backlogs = isQuick ? [1_000, 10_000] : [1_000, 10_000, 100_000];
  const folders = backlogs.map(() => new TemporaryFolder());
  try {
    const servers: Record<string, BenchProcess> = {};
    for (const [index, count] of backlogs.entries())
      servers[`with-${count}`] = await startCommand((folders[index] as TemporaryFolder).path);
    const field = await Field.around(servers);
    for (const [index, count] of backlogs.entries()) {
      const subject = field.subjects[index] as Subject;
      say(`${count.toLocaleString('en-US')} runs wait`);
      await hold(subject, count, results);
    }
    say('a run beside those that wait');
    await startBeside(field, backlogs, results);
    await field.stop();
    const largest = backlogs.at(-1) as number;
    say(`starts with ${largest.toLocaleString('en-US')} runs that wait`);
    await measureStarts(
      folders.at(-1) as TemporaryFolder,
      `${largest.toLocaleString('en-US')} waiting runs`,
      results,
    );
  } finally {
    for (const folder of folders) folder.remove();
  }
  return results;
}

/** Queues runs that never start. */
async function hold(subject: Subject, count: number, { figures, goals }: Results): Promise<void> {
  const server = subject.process as BenchProcess;
  const step = { step: { id: 'step', name: 'step', runtime: { type: 'http', url: HELD_URL } } };
  const functions = [
    {
      id: 'held-held',
      name: 'held',
      triggers: [{ event: HELD_EVENT }],
      steps: step,
      throttle: { limit: 1, period: '7d' },
    },
  ];
  const registration = { url: HELD_URL, deployType: 'ping', appName: 'held', framework: 'bench', functions };
  await post(`${subject.url}/fn/register`, registration);
  // The first run takes the throttle's permit. These runs are not counted: compiled code makes the heap grow, too.
  await send(subject, EVENTS_AT_ONCE);
  await subject.rest(MOST_REST_MS);
  const before = await server.heap();
  await send(subject, count - EVENTS_AT_ONCE);
  await subject.rest(MOST_REST_MS);
  if (count < 10_000) return;
  const value = ((await server.heap()) - before) / (count - EVENTS_AT_ONCE);
  const name = `memory a waiting run, of ${count.toLocaleString('en-US')}`;
  figures.push({ name, subject: 'embedded', value, unit: 'B' });
  goals.push({ name, value, unit: 'B', atMost: MAX_BYTES_A_RUN });
}

async function send(subject: Subject, count: number): Promise<void> {
  for (let sent = 0; sent < count; sent += EVENTS_AT_ONCE) {
    const events = Array.from({ length: Math.min(EVENTS_AT_ONCE, count - sent) }, (_, index) => ({
      name: HELD_EVENT,
      data: { user: `user-${sent + index}` },
    }));
    await subject.post(JSON.stringify(events));
  }
}

async function post(url: string, body: object): Promise<void> {
  const response = await request(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const text = await response.body.text();
  if (response.statusCode !== 200) throw new Error(`${url} answered ${response.statusCode}: ${text}`);
}

/** Times the same short run with each backlog, in turn. */
async function startBeside(
  field: Field,
  backlogs: readonly number[],
  { figures, goals }: Results,
): Promise<void> {
  const times = field.subjects.map((): number[] => []);
  const warmUp = PAIRS / 3;
  for (let pair = 0; pair < warmUp + PAIRS; pair++) {
    for (const [index, subject] of field.subjects.entries()) {
      const time = await subject.runOne('empty');
      if (pair >= warmUp) times[index]?.push(time);
    }
  }
  for (const [index, waitingRuns] of backlogs.entries()) {
    const what = `${waitingRuns.toLocaleString('en-US')} waiting`;
    const own = times[index] as number[];
    figures.push({ name: `a short run, ${what}`, subject: 'embedded', value: median(own), unit: 'ms' });
    if (index === 0) continue;
    const value = pairedRatio(own, times[0] as number[]);
    goals.push({ name: `a short run, ${what} / 1,000 waiting`, value, unit: '×', atMost: MAX_RATIO });
  }
}
