import { endOfStart } from './common/lean-heap.js';
import { Logger } from '@nestjs/common';
import { Banner, mayColour, type Addresses } from './banner.js';
import { SystemClock } from './clock/index.js';
import { messageOf, stackOf } from './common/error-text.js';
import { printableLines } from './common/printable.js';
import { SettingsError, loadSettings } from './config/index.js';
import { exposureOf } from './exposure.js';
import { Service } from './service.js';
import { StartError } from './start.error.js';
import { StartLog } from './start-log.js';
import { stopOnSignals } from './common/stop-on-signals.js';
import { startTelemetry } from './tracing/index.js';
import { WorkerLogger } from './worker-logger.js';

/** Reports why the process ends. */
let fail = (text: string): void => void process.stderr.write(`${text}\n`);

async function main(): Promise<void> {
  const settings = await loadSettings();
  const colors = mayColour(process.stdout, process.env);
  const clock = new SystemClock();
  const json = settings.hasJsonLogs ?? false;
  const logger = new WorkerLogger({ colors, logLevels: ['log'], json });
  logger.hide(settings.secrets);
  if (json) fail = (text) => logger.fatal(text, 'Start');
  Logger.overrideLogger(logger);
  for (const notice of settings.notices) logger.warn(notice, 'Settings');

  const telemetry = await startTelemetry(process.env, settings.appId);
  const starting = Service.start(settings, { clock, logger, tracing: telemetry?.tracing });
  stopOnSignals({
    stop: async () => {
      await (await starting).stop();
      await telemetry
        ?.stop()
        .catch((error: unknown) =>
          logger.warn(`The last spans could not be sent: ${messageOf(error)}`, 'Stop'),
        );
    },
    exit: (code) => process.exit(code),
    say: (line, stack) =>
      stack === undefined ? logger.log(line, 'Stop') : logger.error(line, stack, 'Stop'),
    graceMs: settings.shutdownGraceMs,
    clock,
    source: process,
  });
  const service = await starting;
  endOfStart();
  const { url, metricsUrl, target, asksToLogIn, registration } = service;
  // The other server does the work now. Exit with 1, so that the supervisor notices the failure.
  service.onTaken(() => void service.stop().finally(() => process.exit(1)));

  const banner = json ? new StartLog(logger) : new Banner((text) => process.stdout.write(text), colors);
  const addresses: Addresses = {
    worker: url,
    graphql: settings.graphql ? `${url}/graphql` : undefined,
    metrics: metricsUrl && `${metricsUrl}/metrics`,
    inngest: registration.url,
    target,
    transport: settings.transport,
    asksToLogIn,
    asksForToken: settings.apiTokens.length > 0,
  };
  banner.addresses(addresses);
  banner.exposure(exposureOf(settings, Number(new URL(url).port || 80)));
  const release = registration.onChange((state) => {
    if (state !== 'registered') return;
    release();
    banner.registered(registration.functions, addresses);
  });
}

main().catch((error: unknown) => {
  const expected = error instanceof SettingsError || error instanceof StartError;
  fail(expected ? printableLines(error.message) : stackOf(error));
  process.exit(1);
});
