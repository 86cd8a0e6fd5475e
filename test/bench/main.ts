import 'reflect-metadata';
import { writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { mayColour } from '../../src/common/terminal-page.js';
import type { BenchContext } from './context.js';
import { parseOptions, type BenchOptions } from './options.js';
import { figuresTable, goalsTable, isMet, type Results } from './report.js';
import { bulkWork } from './sections/bulk-work.js';
import { choice } from './sections/choice.js';
import { events } from './sections/events.js';
import { nest } from './sections/nest.js';
import { suite } from './sections/suite.js';
import { profilePicture } from './profile-picture.js';
import { profile } from './sections/profile.js';
import { runs } from './sections/runs.js';
import { Field } from './field.js';
import { boot } from './sections/boot.js';
import { keptRuns } from './sections/kept-runs.js';
import { waiting } from './sections/waiting.js';

const USAGE = `Measures the built embedded server beside the floor: a process that makes the same HTTP exchanges and stores nothing.
Takes about an hour on two cores; the machine should do nothing else. Progress goes to stderr.

  npm run bench                               everything
  npm run bench -- --only runs --only events  some sections
  npm run bench -- --url real=http://127.0.0.1:8288 --pid real=4711
                                              another Inngest the same way, in turn with ours

  --only <section>  $SECTIONS
  --url NAME=URL    another Inngest for development that runs already; may be repeated
  --pid NAME=PID    its process on this machine, for its processor time (Linux)
  --quick           smaller sizes, in a few minutes: for a first look
  --json            print JSON
  --svg FILE        draw where the time goes (section profile)
`;

const PICTURE_TITLE = 'Processor time of the server for a run of five steps';

/** Sections that measure all servers in turn. The other sections measure the embedded server only. */
const BESIDE: Record<string, (field: Field, context: BenchContext) => Promise<Results>> = { runs, events };
const ALONE: Record<string, (context: BenchContext) => Promise<Results>> = {
  boot,
  nest,
  suite,
  profile,
  kept: keptRuns,
  waiting,
  choice,
  bulk: bulkWork,
};
const SECTIONS = [...Object.keys(BESIDE), ...Object.keys(ALONE)];

async function main(): Promise<number> {
  let options: BenchOptions | undefined;
  try {
    options = parseOptions(process.argv.slice(2), SECTIONS);
  } catch (error) {
    console.error((error as Error).message);
    return 2;
  }
  if (options === undefined) {
    console.log(USAGE.replace('$SECTIONS', SECTIONS.join(', ')));
    return 0;
  }
  const context: BenchContext = { isQuick: options.isQuick, say: (text) => console.error(`… ${text}`) };
  const all: Record<string, Results> = {};
  for (const name of options.sections) {
    const measured = await measure(name, options, context);
    all[name] = measured;
    if (!options.isJson && measured.figures.length > 0) console.log(`\n${name}\n${figuresTable(measured)}`);
  }
  if (options.svg !== undefined && all['profile'] !== undefined)
    writeFileSync(options.svg, profilePicture(all['profile'].figures, PICTURE_TITLE));
  const goals = Object.values(all).flatMap((results) => results.goals);
  const colours = mayColour(process.stdout, process.env);
  if (options.isJson) {
    console.log(
      JSON.stringify({
        machine: machine(),
        sections: Object.fromEntries(Object.entries(all).map(([name, { figures }]) => [name, figures])),
        goals: goals.map((goal) => ({ ...goal, met: isMet(goal) })),
      }),
    );
  } else {
    if (goals.length > 0)
      console.log(
        `\n${goalsTable({ figures: [], goals }, (text, isGood) => paint(text, isGood ? 32 : 33, colours))}`,
      );
    console.log(`\n${machine()}`);
  }
  return 0;
}

async function measure(name: string, options: BenchOptions, context: BenchContext): Promise<Results> {
  const alone = ALONE[name];
  if (alone !== undefined) return alone(context);
  const field = await Field.start(options.others);
  try {
    return await (BESIDE[name] as (typeof BESIDE)[string])(field, context);
  } finally {
    await field.stop();
  }
}

function machine(): string {
  const memory = (totalmem() / 1024 ** 3).toFixed(0);
  const date = new Date().toISOString().slice(0, 10);
  return `${date}, ${cpus().length} × ${cpus()[0]?.model.trim()}, ${memory} GB, Node ${process.version}, ${process.platform}`;
}

function paint(text: string, colour: number, colours: boolean): string {
  return colours ? `\u001b[${colour}m${text}\u001b[39m` : text;
}

process.exitCode = await main();
