import type { BenchContext } from '../context.js';
import { EMBEDDED } from '../field.js';
import type { BenchProcess } from '../processes/bench-process.js';
import { startCommand, startWorker } from '../programs.js';
import type { Results } from '../report.js';
import { median } from '../statistics.js';
import { TemporaryFolder } from '../temporary-folder.js';

export const BOTH = 'worker and server';
const MB = 1024 * 1024;
const GOALS: Record<string, { rss: number; bootMs?: number }> = {
  [EMBEDDED]: { rss: 90 },
  [BOTH]: { rss: 140, bootMs: 1_200 },
};
export const PROGRAMS: Record<string, (folder: string) => Promise<BenchProcess>> = {
  [EMBEDDED]: startCommand,
  [BOTH]: startWorker,
};
/** After this time, a started process has finished its deferred work. In milliseconds. */
const REST_MS = 1_000;

/** Measures how long the programs take to start with an empty data file, and how much memory they use then. */
export async function boot({ say, isQuick }: BenchContext): Promise<Results> {
  const samples = Object.keys(PROGRAMS).map((name) => ({
    name,
    times: [] as number[],
    sizes: [] as number[],
  }));
  for (let round = 0; round < (isQuick ? 3 : 9); round++) {
    say(`start ${round + 1} of each program`);
    for (const { name, times, sizes } of samples) {
      const folder = new TemporaryFolder();
      const started = await PROGRAMS[name]?.(folder.path);
      if (!started) continue;
      times.push(started.bootMs);
      await new Promise((resolve) => setTimeout(resolve, REST_MS));
      sizes.push((await started.usage()).rss / MB);
      await started.stop();
      folder.remove();
    }
  }
  const results: Results = { figures: [], goals: [] };
  for (const { name, times, sizes } of samples) {
    const [time, size] = [median(times), median(sizes)];
    results.figures.push(
      { name: 'time to start', subject: name, value: time, unit: 'ms' },
      { name: 'memory after the start', subject: name, value: size, unit: 'MB' },
    );
    const { rss, bootMs } = GOALS[name] as { rss: number; bootMs?: number };
    results.goals.push({ name: `memory after the start, ${name}`, value: size, unit: 'MB', atMost: rss });
    if (bootMs !== undefined)
      results.goals.push({ name: `time to start, ${name}`, value: time, unit: 'ms', atMost: bootMs });
  }
  return results;
}
