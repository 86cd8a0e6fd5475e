import type { BenchContext } from '../context.js';
import { Field } from '../field.js';
import { startCommand } from '../programs.js';
import type { Results } from '../report.js';
import { median } from '../statistics.js';
import type { Subject } from '../subject.js';
import { TemporaryFolder } from '../temporary-folder.js';
import { MODES, type Mode, type Workload } from '../workload.js';
import { PROGRAMS } from './boot.js';

const MB = 1024 * 1024;
const KB = 1024;
const MAX_GROWTH = 1.5;
const MAX_READY_MS = 2_000;
const MAX_LIST_MS = 50;
const MAX_KB_A_RUN = 3;
/** The dashboard's first request when it opens. */
const FIRST_LIST = '/api/v2/runs?limit=100&includeTotal=true';
/** Runs are queued in portions, so that no run waits longer than its time limit. */
const PORTION = 5_000;
/** The longest wait until all events are delivered and all ended runs are stored, in milliseconds. */
const MOST_REST_MS = 300_000;

/** Measures the cost of finished runs: memory, bytes in the data file, and the start time of a server with many of them. */
export async function keptRuns({ say, isQuick }: BenchContext): Promise<Results> {
  const results: Results = { figures: [], goals: [] };
  const count = isQuick ? 10_000 : 100_000;
  for (const [name, start] of Object.entries(PROGRAMS)) {
    say(`${count.toLocaleString('en-US')} runs, ${name}`);
    const folder = new TemporaryFolder();
    try {
      const program = await start(folder.path);
      const before = (await program.usage()).rss;
      const field = await Field.around({ server: program });
      await execute(field.floor, 'empty', count, say);
      const after = (await program.usage()).rss;
      await field.stop();
      const what = `${count.toLocaleString('en-US')} runs`;
      results.figures.push({ name: `memory after ${what}`, subject: name, value: after / MB, unit: 'MB' });
      results.goals.push({
        name: `memory after ${what} / after the start, ${name}`,
        value: after / before,
        unit: '×',
        atMost: MAX_GROWTH,
      });
      if (start === startCommand) await measureStarts(folder, what, results);
    } finally {
      folder.remove();
    }
  }
  for (const mode of MODES) {
    say(`file of five-step runs, checkpointing ${mode}`);
    const value = (await bytesARun(mode, isQuick ? 500 : 4_000)) / KB;
    const name = `file a finished five-step run, checkpointing ${mode}`;
    results.figures.push({ name, subject: 'embedded', value, unit: 'KB' });
    results.goals.push({ name, value, unit: 'KB', atMost: MAX_KB_A_RUN });
  }
  return results;
}

/** Executes runs, and waits until the server has nothing left to do. */
async function execute(
  server: Subject,
  work: Workload,
  count: number,
  say: (text: string) => void = () => undefined,
): Promise<void> {
  for (let done = 0; done < count; done += PORTION) {
    await server.runMany(work, Math.min(PORTION, count - done));
    if ((done + PORTION) % 20_000 === 0) say(`  ${(done + PORTION).toLocaleString('en-US')} runs have ended`);
  }
  await server.rest(MOST_REST_MS);
}

/** Measures how long a server with this file takes to start, and to answer the dashboard's first request. */
export async function measureStarts(
  folder: TemporaryFolder,
  what: string,
  { figures, goals }: Results,
): Promise<void> {
  const ready: number[] = [];
  const first: number[] = [];
  const next: number[] = [];
  for (let round = 0; round < 5; round++) {
    const program = await startCommand(folder.path);
    ready.push(program.bootMs);
    first.push(await timeList(program.url));
    for (let again = 0; again < 5; again++) next.push(await timeList(program.url));
    await program.stop();
  }
  const names = [
    `ready with ${what}`,
    `first list of ${what}, right after the start`,
    `first list of ${what}`,
  ] as const;
  figures.push(
    { name: names[0], subject: 'embedded', value: median(ready), unit: 'ms' },
    { name: names[1], subject: 'embedded', value: median(first), unit: 'ms' },
    { name: names[2], subject: 'embedded', value: median(next), unit: 'ms' },
  );
  goals.push(
    { name: names[0], value: median(ready), unit: 'ms', atMost: MAX_READY_MS },
    { name: names[2], value: median(next), unit: 'ms', atMost: MAX_LIST_MS },
  );
}

async function timeList(url: string): Promise<number> {
  const begun = performance.now();
  const response = await fetch(url + FIRST_LIST);
  await response.text();
  if (!response.ok) throw new Error(`The list of runs was answered ${response.status}.`);
  return performance.now() - begun;
}

/** Measures the bytes that each run adds to the data file. The size of an empty file is subtracted. */
async function bytesARun(mode: Mode, count: number): Promise<number> {
  const folder = new TemporaryFolder();
  try {
    const sizeAfter = async (runs: number): Promise<number> => {
      const field = await Field.around({ server: await startCommand(folder.path) });
      await execute(field.floor, mode, runs);
      await field.stop();
      return folder.bytes();
    };
    const before = await sizeAfter(200);
    return ((await sizeAfter(count)) - before) / count;
  } finally {
    folder.remove();
  }
}
