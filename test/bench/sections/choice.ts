import type { BenchContext } from '../context.js';
import type { Results } from '../report.js';
import { shapes, timeToStart } from './backlog.js';

const MAX_RATIO = 1.3;

/** Measures the time to choose and start the next run, with a small and a large backlog. */
export async function choice({ say, isQuick }: BenchContext): Promise<Results> {
  const results: Results = { figures: [], goals: [] };
  const backlogs = isQuick ? [1_000, 10_000] : [1_000, 10_000, 100_000];
  for (const shape of shapes) {
    say(`choosing the next run: ${shape}`);
    await timeToStart(shape, 1_000); // warm-up
    const medians: number[] = [];
    for (const waiting of backlogs) {
      const { median, worst } = await timeToStart(shape, waiting);
      const subject = `${waiting.toLocaleString('en-US')} waiting`;
      results.figures.push({ name: shape, subject, value: median, unit: 'µs' });
      results.figures.push({ name: `${shape}, worst`, subject, value: worst, unit: 'µs' });
      medians.push(median);
    }
    results.goals.push({
      name: `next run, ${shape}: largest / smallest backlog`,
      value: (medians.at(-1) as number) / (medians[0] as number),
      unit: '×',
      atMost: MAX_RATIO,
    });
  }
  return results;
}
