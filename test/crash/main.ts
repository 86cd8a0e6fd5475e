import { existsSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Campaign, type CampaignOptions } from './campaign.js';
import { notCovered } from './coverage.js';
import { describe } from './report.js';
import { recompile } from './watch/recompile.js';

const USAGE = `Kills the built program again and again under load, and checks that nothing is lost, stuck or done twice. Before that it
suspends some of the servers for a while (SIGSTOP), and has another process hold the lock of their data file.
Then edits a source file under \`npm run dev\` while tasks run, which is such a restart too.
From 20 kills on it also fails when it did not try everything: calls under way, each kind of timer due while down.

  npm run test:crash                            20 kills
  npm run test:crash -- --kills 200 --seed 7    as many as you like, by the same chance as before

  --kills <n>       how many times (20)
  --seed <n>        where chance begins; it decides what is sent and when to kill (by default another every time)
  --program <file>  what to start (dist/main.js)
  --only <part>     kills, or recompile (by default both)
  --help
`;

const PARTS = ['kills', 'recompile'];

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      kills: { type: 'string', default: '20' },
      seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 32)) },
      program: { type: 'string', default: 'dist/main.js' },
      only: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const [kills, seed, program] = [Number(values.kills), Number(values.seed), resolve(values.program)];
  const parts = PARTS.filter((part) => values.only === undefined || part === values.only);
  if (
    values.help ||
    !Number.isInteger(kills) ||
    kills < 1 ||
    !Number.isInteger(seed) ||
    parts.length === 0 ||
    !existsSync(program)
  ) {
    console.log(existsSync(program) ? USAGE : `${program} is not there: npm run build\n\n${USAGE}`);
    return values.help ? 0 : 2;
  }
  const isGood = [
    !parts.includes('kills') || (await kill({ kills, seed, program, say })),
    !parts.includes('recompile') || (await edit()),
  ];
  return isGood.every(Boolean) ? 0 : 1;
}

async function kill(options: CampaignOptions): Promise<boolean> {
  const { kills, seed } = options;
  console.log(`Crash test: ${kills} kills, seed ${seed}.`);
  const campaign = new Campaign(options);
  const outcome = await campaign.run();
  console.log(describe(outcome));
  const shortcomings = [...Object.values(outcome.findings), notCovered(outcome)];
  const isGood = shortcomings.every((sentences) => sentences.length === 0);
  if (isGood) rmSync(campaign.folder, { recursive: true });
  else
    console.log(
      `Again: npm run test:crash -- --kills ${kills} --seed ${seed}. The data is in ${campaign.folder}.`,
    );
  return isGood;
}

async function edit(): Promise<boolean> {
  console.log('An edit under npm run dev.');
  const mistakes = await recompile(say);
  for (const mistake of mistakes) say(`❌ ${mistake}`);
  return mistakes.length === 0;
}

function say(line: string): void {
  console.log(`  ${line}`);
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
