import type { AddressInfo } from 'node:net';
import { Logger, type INestApplication, type LoggerService } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { SystemClock, type Clock } from '../clock/index.js';
import { listeningUrl } from '../common/listening-url.js';
import { optionalPackage } from '../common/optional-package.js';
import { PrintableLogger } from '../common/printable-logger.js';
import { isLoopback } from '../common/loopback.js';
import { Sessions } from './access/sessions.js';
import { AppSync } from './registration/app-sync.js';
import { AppWatch } from './registration/app-watch.js';
import { FunctionRegistry } from './functions/function-registry.js';
import { EmbeddedOptions } from './settings/embedded-options.js';
import { setUpEmbedded } from './embedded-setup.js';
import { EmbeddedModule } from './embedded.module.js';
import { Dispatcher } from './calls/dispatcher.js';
import { ForcedFailures, type ForcedFailure } from './calls/forced-failures.js';
import { DataFileWatch } from './faults/data-file-watch.js';
import { PatientStore } from './faults/patient-store.js';
import { SetAside } from './faults/set-aside.js';
import { QueueDepth, type Depth } from './queue/queue-depth.js';
import { Retention } from './runs/retention.js';
import { PortTakenError } from './port-taken.error.js';
import { openDataFileWhenFree, type DataFile } from './store/data-file.js';
import type { OpenDriver } from './store/driver/sqlite-driver.js';
import { RunStore } from './store/run.store.js';
import { readStored } from './store/stored-json.js';

/** How long an app may take to answer a call, in milliseconds. The real server waits as long. */
const DEFAULT_REQUEST_TIMEOUT_MS = 2 * 60 * 60 * 1_000;

/** How long ended runs are kept, in milliseconds. */
const DEFAULT_RETENTION_MS = 30 * 24 * 60 * 60 * 1_000;

export type EmbeddedInngestOptions = Partial<EmbeddedOptions> & {
  clock?: Clock;
  logger?: LoggerService | false;
  /** @internal For tests: opens the data file with this driver. */
  openDriver?: OpenDriver;
};

/** The result of {@link EmbeddedInngest.load}. */
export interface ServerLoad {
  readonly queue: readonly Depth[];
  /** The number of items that are set aside, by kind. */
  readonly setAside: Readonly<Record<string, number>>;
}

/**
 * An Inngest server inside this process, for development and tests. It is a separate Nest application, which speaks
 * Inngest's protocol with unmodified SDKs.
 */
export class EmbeddedInngest {
  private constructor(
    /** The Nest application, for tests that use its providers. */
    readonly app: INestApplication,
    /** The base URL of the server, such as `http://localhost:8288`. */
    readonly url: string,
    private readonly file: DataFile,
  ) {}

  /**
   * Starts a server. Defaults: it listens on port 8288 of 127.0.0.1 and keeps its state in memory. Port 0 means a free
   * port.
   *
   * @throws PortTakenError, DataFileInUseError, DataFileUnusableError, LaterDataFileError, NoSqliteError,
   *   MissingPackageError, StoreUnavailableError
   */
  static async start({
    clock = new SystemClock(),
    logger,
    openDriver,
    ...given
  }: EmbeddedInngestOptions = {}): Promise<EmbeddedInngest> {
    const options = fillIn(given);
    const file = await openDataFileWhenFree(options.dataFile, {
      now: clock.now(),
      synchronous: options.synchronous,
      openDriver,
    });
    let app: INestApplication | undefined;
    try {
      app = await createApp(options, clock, file, logger);
      const url = listeningUrl(options.host, portOf(app));
      await app.get(PatientStore).forRequest(() => file.setOwner(`process ${process.pid}, ${url}`));
      await app.get(Dispatcher).start();
      // After it, because an app may answer at once and reach for what starts this server; and before the dispatcher's
      // first turn, which comes with the next turn of the event loop.
      app.get(AppSync).resume();
      app.get(Retention).start();
      const dispatcher = app.get(Dispatcher);
      file.onTaken(() => void dispatcher.drain(0));
      if (options.dataFile !== ':memory:') app.get(DataFileWatch).start();
      warnOfExposure(options);
      app.get(AppWatch).start(url);
      return new EmbeddedInngest(app, url, file);
    } catch (error) {
      await app?.close();
      file.close();
      throw error;
    }
  }

  /** Whether people must log in to the dashboard, which is at {@link url}. */
  get asksToLogIn(): boolean {
    return this.app.get(Sessions).areRequired;
  }

  /**
   * Calls `listener` when another server has taken over the data file. After that, this server makes no calls, changes
   * nothing and answers 503. The listener should {@link close} it.
   */
  onTaken(listener: () => void): void {
    this.file.onTaken(listener);
  }

  /** Asks the app at `url` to register its functions. */
  async sync(url: string): Promise<void> {
    await this.app.get(AppSync).sync(url, { isNamed: true });
  }

  /** Makes a step fail, for tests: the server applies failed attempts and does not let the app execute the step. */
  failStep(failure: ForcedFailure): void {
    this.app.get(ForcedFailures).add(failure);
  }

  /**
   * The value that a run returned or the error that it threw, as the app sent it; undefined if there is none. The API, in
   * contrast, shows a value that is not an object as `{data: value}`.
   */
  outputOf(runId: string): unknown {
    const output = this.app.get(RunStore).get(runId)?.output;
    return output === null || output === undefined ? undefined : readStored(output);
  }

  /**
   * Counts the calls in the queue by what they wait for, and the items that are set aside. Each call of this method reads
   * the whole queue, in several turns.
   *
   * @throws StoreUnavailableError
   */
  async load(): Promise<ServerLoad> {
    return { queue: await this.app.get(QueueDepth).count(), setAside: this.app.get(SetAside).counts() };
  }

  /**
   * Stops making calls, and waits up to `deadlineMs` milliseconds for those under way. The server still answers HTTP
   * requests meanwhile, so that these calls can report their steps.
   */
  async drain(deadlineMs: number): Promise<void> {
    await this.app.get(Dispatcher).drain(deadlineMs);
  }

  /** Stops the server, without waiting for the calls under way, and closes the data file. */
  async close(): Promise<void> {
    await this.drain(0);
    this.app.get(AppWatch).stop();
    this.app.get(DataFileWatch).stop();
    await this.app.close();
    await this.file.endCheckpoints();
    this.file.close();
  }
}

async function createApp(
  options: EmbeddedOptions,
  clock: Clock,
  file: DataFile,
  logger: LoggerService | false | undefined,
): Promise<INestApplication> {
  const { ExpressAdapter } = await optionalPackage(
    '@nestjs/platform-express',
    'The embedded Inngest',
    () => import('@nestjs/platform-express'),
  );
  const app = await NestFactory.create<NestExpressApplication>(
    EmbeddedModule.forRoot(options, clock, file.db),
    new ExpressAdapter(),
    { bodyParser: false, abortOnError: false, logger: logger ?? new PrintableLogger() },
  );
  setUpEmbedded(app);
  // Before the first request, because an event starts only runs of functions that are loaded.
  await app.get(PatientStore).forRequest(() => {
    app.get(FunctionRegistry).load();
    app.get(Sessions).load();
  });
  try {
    await app.listen(options.port, options.host);
  } catch (error) {
    await app.close();
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE')
      throw new PortTakenError(options.port, options.host);
    throw error;
  }
  return app;
}

function warnOfExposure({ host, signingKey }: EmbeddedOptions): void {
  if (isLoopback(host) || signingKey !== undefined) return;
  new Logger('Inngest').warn(
    `The embedded Inngest listens on ${host} without a signing key. Everybody who can reach it can send events, register ` +
      'apps, and read and cancel all runs. Listen on 127.0.0.1, or set a signing key and an event key.',
  );
}

function portOf(app: INestApplication): number {
  return (app.getHttpServer().address() as AddressInfo).port;
}

function fillIn(given: Partial<EmbeddedOptions>): EmbeddedOptions {
  return {
    ...given,
    port: given.port ?? 8288,
    host: given.host ?? '127.0.0.1',
    allowedHosts: given.allowedHosts ?? [],

    dataFile: given.dataFile ?? ':memory:',
    synchronous: given.synchronous ?? 'normal',
    retentionMs: given.retentionMs ?? DEFAULT_RETENTION_MS,
    requestTimeoutMs: given.requestTimeoutMs ?? DEFAULT_REQUEST_TIMEOUT_MS,
  };
}
