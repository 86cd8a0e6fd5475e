import type { Clock } from '../../clock/index.js';
import { printableJson, printableLines } from '../../common/printable.js';
import { hasHeld } from '../checking/outcome.js';
import { htmlReport } from '../report/html/html-report.js';
import { assertWritable, writeReport } from './report-file.js';
import { Table } from '../report/table.js';
import { EnvironmentError, type Environments } from '../environment/environment.js';
import { TargetError } from '../environment/target-http.js';
import { validate } from '../checking/validation.js';
import { HELP, listOfPromises } from './help.js';
import { LiveProgress, type Screen } from './live-progress.js';
import { parseOptions, type CommandOptions } from './options.js';
import { UsageError } from './usage.error.js';

/** The parts of the process that the command uses. */
export interface Surroundings {
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** Receives the result. */
  readonly stdout: Screen;
  /** Receives error messages, and the progress if the result is JSON for a program. */
  readonly stderr: Screen;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** The wall clock. */
  readonly clock: Clock;
  /** Returns a number in [0, 1). */
  readonly random: () => number;
  /** Creates the environments for the options of the command line. */
  readonly environments: (options: CommandOptions) => Environments | Promise<Environments>;
}

/** The command `npm run validate`. @returns the exit code */
export async function validateCommand(surroundings: Surroundings): Promise<number> {
  const { args, env, stdout, stderr, random } = surroundings;
  try {
    const options = parseOptions(args, env, () => Math.floor(random() * 1_000_000));
    if (options === 'help') stdout.write(HELP);
    else if (options === 'list') stdout.write(listOfPromises());
    else return await run(options, surroundings);
    return 0;
  } catch (error) {
    const isExpected =
      error instanceof UsageError || error instanceof EnvironmentError || error instanceof TargetError;
    if (!isExpected) throw error;
    stderr.write(
      `${printableLines(error.message)}\n${error instanceof UsageError ? 'Try: npm run validate -- --help\n' : ''}`,
    );
    return 2;
  }
}

async function run(
  options: CommandOptions,
  { env, stdout, stderr, signal, clock, environments }: Surroundings,
): Promise<number> {
  const screen = options.json ? stderr : stdout;
  if (options.html !== undefined) await assertWritable(options.html);
  const table = new Table(screen.isTTY === true && !env['NO_COLOR']);
  const report = await validate({
    promises: options.promises,
    environments: await environments(options),
    seed: options.seed,
    floodSize: options.tasks,
    signal,
    clock,
    progress: new LiveProgress(screen, table, clock, options.url !== undefined, options.tasks),
  });
  // Print the results first, so that they are not lost if the file cannot be written.
  const json = printableJson(JSON.stringify(report, null, 2));
  stdout.write(options.json ? `${json}\n` : table.report(report, options.details));
  if (options.html !== undefined) {
    await writeReport(options.html, htmlReport(report));
    screen.write(`The report with its pictures: ${options.html}\n`);
  }
  if (signal.aborted) return 130;
  if (report.outcomes.every(({ verdict }) => verdict === 'not tested')) return 2;
  return hasHeld(report) ? 0 : 1;
}
