import { fileURLToPath } from 'node:url';
import { SystemClock } from './clock/index.js';
import {
  OwnWorkerStages,
  RunningWorkerStages,
  validateCommand,
  type CommandOptions,
  type Stages,
} from './validation/index.js';

/** The worker's entry point, beside this one. */
const MAIN = fileURLToPath(new URL('./main.js', import.meta.url));

/** Signals this close to the first are the same wish: Ctrl-C reaches the process by itself and through npm. */
const SAME_WISH_MS = 1_000;

async function stagesFor({
  url,
  eventKey,
  signingKey,
  serveOrigin,
  ...options
}: CommandOptions): Promise<Stages> {
  if (url === undefined) {
    // Loading a server takes a second that whoever tries another one need not wait for.
    const { EmbeddedStages } = await import('./embedded-stages.js');
    return new EmbeddedStages(MAIN);
  }
  const target = { url, eventKey, signingKey };
  const { worker, app, journal } = options;
  if (worker === undefined) return new OwnWorkerStages(target, MAIN, serveOrigin);
  return new RunningWorkerStages(target, { url: worker, appId: app, journal });
}

/** Aborted by the first SIGINT or SIGTERM; a second one ends the process at once. */
function interruption(clock: SystemClock): AbortSignal {
  const abort = new AbortController();
  let since: number | undefined;
  const interrupt = (): void => {
    if (since !== undefined && clock.steady() - since >= SAME_WISH_MS) process.exit(130);
    since ??= clock.steady();
    abort.abort(new Error('Interrupted.'));
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  return abort.signal;
}

const clock = new SystemClock();
const { argv, env, stdout, stderr } = process;
process.exitCode = await validateCommand({
  args: argv.slice(2),
  env,
  stdout,
  stderr,
  signal: interruption(clock),
  clock,
  random: Math.random,
  stages: stagesFor,
});
