import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { BenchProcess } from '../bench/processes/bench-process.js';
import { startWorker } from '../bench/programs.js';
import { median } from '../bench/statistics.js';
import { TemporaryFolder } from '../bench/temporary-folder.js';
import { judge, type Sample, type Verdict } from './judgement.js';
import { Load } from './load.js';

const USAGE = `Runs the built program under load, and fails when memory, latency or the data file grow beyond what is kept. The runs
execute steps, retry, sleep, wait and fail; finished ones are kept for 15 s.

  npm run test:soak                  10 minutes at 80 % of the rate that the machine can do
  npm run test:soak -- --minutes 60  as long as you like
  --share <percent>                  of the measured rate (80)
`;

const MINUTE_MS = 60_000;
/** How long finished runs are kept, in milliseconds. Until then the data file has to grow. */
const RETENTION_MS = 15_000;
const CALIBRATE_MS = 12_000;
/** The longest time between samples, in milliseconds, and the least number of samples. */
const MOST_BETWEEN_MS = 15_000;
const FEWEST_SAMPLES = 18;
/** The number of runs in one latency sample, each of them with one {@link compute}. */
const RUNS_A_SAMPLE = 9;
/** The longest wait until all started runs have ended, in milliseconds. */
const END_WITHIN_MS = 120_000;
/** If a larger share is held back, the machine is too slow for the rate that was measured at the beginning. */
const MOST_KEPT_BACK = 0.5;
const MB = 1024 * 1024;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string', default: '10' },
      share: { type: 'string', default: '80' },
      help: { type: 'boolean', default: false },
    },
  });
  const [minutes, share] = [Number(values.minutes), Number(values.share) / 100];
  if (values.help || !(minutes > 0) || !(share > 0)) {
    console.log(USAGE);
    return values.help ? 0 : 2;
  }
  const folder = new TemporaryFolder();
  const server = await startWorker(folder.path, {
    INNGEST_EMBEDDED_RETENTION: `${RETENTION_MS / 1_000}s`,
    INNGEST_EMBEDDED_RETRY_INTERVAL: '1s',
  });
  const app = await BenchProcess.script(join(import.meta.dirname, 'app.ts'), [server.url]);
  try {
    const registered = await fetch(`${app.url}/api/inngest`, { method: 'PUT' });
    if (!registered.ok) throw new Error(`The app could not register: ${await registered.text()}`);
    return await soak({ server, folder, load: new Load(server.url, app) }, minutes * MINUTE_MS, share);
  } finally {
    await app.stop();
    await server.stop();
    folder.remove();
  }
}

interface Stage {
  server: BenchProcess;
  folder: TemporaryFolder;
  load: Load;
}

async function soak(stage: Stage, ms: number, share: number): Promise<number> {
  const { load } = stage;
  const capacity = await load.measureRate(CALIBRATE_MS);
  const rate = capacity * share;
  console.log(`${capacity.toFixed(0)} runs/s at most; ${rate.toFixed(0)} runs/s from now on.`);
  // The file, the compiled code and the caches grow until the first runs are removed.
  await load.hold(rate, 2 * RETENTION_MS);

  const every = Math.min(MOST_BETWEEN_MS, ms / FEWEST_SAMPLES);
  const samples: Sample[] = [];
  const keptBack: number[] = [];
  const begun = performance.now();
  while (performance.now() < begun + ms) {
    keptBack.push(await load.hold(rate, every));
    const sample = await take(stage);
    samples.push(sample);
    console.log(describe(sample, load));
  }
  await load.untilEnded(END_WITHIN_MS);

  const verdicts = judge(samples);
  for (const verdict of verdicts) console.log(line(verdict));
  const back = median(keptBack);
  if (back > MOST_KEPT_BACK)
    console.log(`❌ Only ${((1 - back) * 100).toFixed(0)} % of the runs could be started at that rate.`);
  console.log(`${load.ended} runs have ended, all that were started.`);
  return verdicts.every(({ isGood }) => isGood) && back <= MOST_KEPT_BACK ? 0 : 1;
}

/** Waits until the runs in progress have ended, except those that sleep or wait. Then measures. */
async function take({ server, folder, load }: Stage): Promise<Sample> {
  await load.untilEnded(END_WITHIN_MS, ['steps', 'failing']);
  const latencies: number[] = [];
  const machine: number[] = [];
  for (let index = 0; index < RUNS_A_SAMPLE; index++) {
    machine.push(compute());
    latencies.push(await load.one());
  }
  const { rss } = await server.usage();
  return {
    heap: await server.heap(),
    rss,
    file: folder.bytes('.db'),
    log: folder.bytes('.db-wal'),
    latency: median(latencies),
    machine: median(machine),
  };
}

/** Does a fixed piece of work. Returns how long it took, in milliseconds. */
function compute(): number {
  const begun = performance.now();
  const data = Array.from({ length: 3_000 }, (_, index) => ({ index, text: `text ${index}` }));
  for (let round = 0; round < 3; round++) JSON.parse(JSON.stringify(data));
  return performance.now() - begun;
}

function describe({ heap, rss, file, log, latency, machine }: Sample, load: Load): string {
  return (
    `  ${String(load.ended).padStart(7)} runs  heap ${(heap / MB).toFixed(1)} MB  rss ${(rss / MB).toFixed(0)} MB  ` +
    `file ${(file / MB).toFixed(1)} MB  log ${(log / MB).toFixed(1)} MB  latency ${latency.toFixed(1)} ms  machine ${machine.toFixed(1)} ms`
  );
}

function line({ name, first, last, limit, isGood }: Verdict): string {
  const [divisor, unit] = name === 'latency' ? [1, 'ms'] : [MB, 'MB'];
  const shown = [first, last, limit].map((value) => (value / divisor).toFixed(1));
  return `${isGood ? '✅' : '❌'} ${name}: ${shown[0]} ${unit} in the first third, ${shown[1]} in the last, at most ${shown[2]}`;
}

process.exitCode = await main();
