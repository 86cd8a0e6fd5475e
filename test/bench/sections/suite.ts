import type { BenchContext } from '../context.js';
import { BenchProcess } from '../processes/bench-process.js';
import type { Results } from '../report.js';
import { median } from '../statistics.js';

const TESTS = 100;

/** Measures the time of a suite of 100 end-to-end tests on the test server. */
export async function suite({ say, isQuick }: BenchContext): Promise<Results> {
  const results: Results = { figures: [], goals: [] };
  for (const [servers, subject] of [
    ['each', 'a server a test'],
    ['one', 'one server, reset'],
  ] as const) {
    say(`${TESTS} tests, ${subject}`);
    const seconds: number[] = [];
    const whole: number[] = [];
    for (let round = 0; round < (isQuick ? 1 : 3); round++) {
      const done = await BenchProcess.script('suite.ts', [String(TESTS), servers]);
      seconds.push(Number(done.url) / 1_000);
      whole.push(done.bootMs / 1_000);
      await done.stop();
    }
    results.figures.push(
      { name: `${TESTS} tests`, subject, value: median(seconds), unit: 's' },
      { name: `${TESTS} tests, with loading and compiling`, subject, value: median(whole), unit: 's' },
    );
  }
  return results;
}
