import { fileURLToPath } from 'node:url';
import { SystemClock } from './clock/index.js';
import { abortedOnSignal } from './common/stop-on-signals.js';
import {
  OwnWorkerEnvironments,
  RunningWorkerEnvironments,
  validateCommand,
  type CommandOptions,
  type Environments,
} from './validation/index.js';

/** The worker's entry point, beside this one. */
const MAIN = fileURLToPath(new URL('./main.js', import.meta.url));

async function environmentsFor({
  url,
  eventKey,
  signingKey,
  serveOrigin,
  apiTokens,
  ...options
}: CommandOptions): Promise<Environments> {
  if (url === undefined) {
    // Loading the embedded server takes a second, so it is not loaded to test another Inngest.
    const { EmbeddedEnvironments } = await import('./embedded-environments.js');
    return new EmbeddedEnvironments(MAIN);
  }
  const target = { url, eventKey, signingKey };
  const { worker, app, journal } = options;
  if (worker === undefined) return new OwnWorkerEnvironments(target, MAIN, serveOrigin, apiTokens);
  return new RunningWorkerEnvironments(target, { url: worker, appId: app, journal });
}

const clock = new SystemClock();
const { argv, env, stdout, stderr } = process;
process.exitCode = await validateCommand({
  args: argv.slice(2),
  env,
  stdout,
  stderr,
  signal: abortedOnSignal({ source: process, exit: (code) => process.exit(code), clock }),
  clock,
  random: Math.random,
  environments: environmentsFor,
});
