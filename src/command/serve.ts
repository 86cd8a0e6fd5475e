import { resolve } from 'node:path';
import type { LoggerService } from '@nestjs/common';
import { MovableClock, SystemClock, type Clock } from '../clock/index.js';
import { COMMON_PORTS, EmbeddedInngest } from '../embedded/index.js';
import type { ServeOptions } from './command-options.js';
import type { Started } from './start-message.js';

/** The file of `--persist`, in the current directory. */
const DATA_FILE = '.inngest/inngest.db';

/** How long a stop waits for executing calls, in milliseconds. */
export const FINISH_WITHIN_MS = 8_000;

export interface ServeSetup {
  readonly logger: LoggerService | false;
  /** The environment variable `PORT`: another port at which to look for an app. */
  readonly appPort?: string | undefined;
  /** The machine's clock. */
  readonly machine?: Clock;
}

/** A server that the command has started. */
export interface Serving extends Started {
  readonly server: EmbeddedInngest;
  /** Waits up to 8 s for the executing calls, then stops the server. */
  stop(): Promise<void>;
}

/** Starts the server. @throws as {@link EmbeddedInngest.start} */
export async function serve(
  options: ServeOptions,
  { logger, appPort = '', machine = new SystemClock() }: ServeSetup,
): Promise<Serving> {
  const dataFile = options.persists ? resolve(DATA_FILE) : undefined;
  const appPorts = /^\d{1,5}$/.test(appPort) ? [Number(appPort)] : [];
  const server = await EmbeddedInngest.start({
    port: options.port,
    host: options.host,
    allowedHosts: options.allowedHosts,
    dataFile: dataFile ?? ':memory:',
    clock: options.clock === 'virtual' ? new MovableClock(machine) : machine,
    appsShareClock: false,
    watch: {
      urls: options.urls,
      ports: options.discovers ? [...COMMON_PORTS, ...appPorts] : [],
      everyMs: options.pollIntervalMs,
      repeats: options.polls,
    },
    ...(options.retryIntervalMs !== undefined && { retryIntervalMs: options.retryIntervalMs }),
    logger,
  });
  const stop = async (): Promise<void> => {
    await server.drain(FINISH_WITHIN_MS);
    await server.close();
  };
  return { server, options, url: server.url, dataFile, stop };
}
