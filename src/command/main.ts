#!/usr/bin/env node
import { endOfStart } from '../common/lean-heap.js';
import { Logger } from '@nestjs/common';
import { SystemClock } from '../clock/index.js';
import { stackOf } from '../common/error-text.js';
import { printableLines } from '../common/printable.js';
import { stopOnSignals } from '../common/stop-on-signals.js';
import { mayColour, TerminalPage } from '../common/terminal-page.js';
import { CommandLogger } from './command-logger.js';
import { parseCommand, type ServeOptions } from './command-options.js';
import { helpText } from './help.js';
import { packageVersion } from './package-info.js';
import { FINISH_WITHIN_MS, serve } from './serve.js';
import { StartFailedError } from './start-failed.error.js';
import { writeStartMessage } from './start-message.js';
import { UsageError } from './usage.error.js';

async function main(): Promise<void> {
  const options = parseCommand(process.argv.slice(2));
  if (options.kind === 'help') process.stdout.write(helpText());
  else if (options.kind === 'version') process.stdout.write(`${packageVersion()}\n`);
  else await start(options);
}

async function start(options: ServeOptions): Promise<void> {
  const colours = mayColour(process.stdout, process.env);
  const logger = new CommandLogger(colours);
  Logger.overrideLogger(logger);
  const machine = new SystemClock();
  const starting = serve(options, { logger, machine, appPort: process.env['PORT'] }).catch(
    (error: unknown) => {
      throw StartFailedError.of(error, options);
    },
  );
  stopOnSignals({
    stop: async () => (await starting).stop(),
    exit: (code) => process.exit(code),
    say: (line, stack) =>
      stack === undefined ? logger.log(line, 'Stop') : logger.error(line, stack, 'Stop'),
    graceMs: FINISH_WITHIN_MS,
    clock: machine,
    source: process,
  });
  const serving = await starting;
  endOfStart();
  // The other server does the work now. Exit with 1, so that the supervisor notices the failure.
  serving.server.onTaken(() => void serving.stop().finally(() => process.exit(1)));
  writeStartMessage(new TerminalPage((text) => process.stdout.write(text), colours), serving);
}

main().catch((error: unknown) => {
  const expected = error instanceof UsageError || error instanceof StartFailedError;
  process.stderr.write(`${expected ? printableLines(error.message) : stackOf(error)}\n`);
  process.exit(1);
});
