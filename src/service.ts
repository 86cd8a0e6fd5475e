import type { AddressInfo } from 'node:net';
import type { LoggerService } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { AppModule, type AppOptions } from './app.module.js';
import { APP_OPTIONS, setUpApp } from './app.setup.js';
import { SystemClock, type Clock, type Release } from './clock/index.js';
import { listeningUrl } from './common/listening-url.js';
import type { InngestTarget, Settings } from './config/index.js';
import { EmbeddedInngest } from './embedded/index.js';
import { Draining } from './health/index.js';
import { InngestConnection, InngestRegistration, OpenCalls } from './inngest/index.js';
import { MetricsServer } from './metrics/index.js';
import { StartError } from './start.error.js';
import { allowedHosts } from './worker-guards.js';

export interface ServiceOptions extends AppOptions {
  /** The logger of the process; false for none. */
  logger: LoggerService | false;
}

/** The worker and, if its settings ask for one, the Inngest server in its process. */
export class Service {
  private constructor(
    /** The worker's application. */
    readonly app: NestExpressApplication,
    /** The URL of the worker, such as `http://localhost:3001`. */
    readonly url: string,
    /** Which Inngest the worker uses. */
    readonly target: InngestTarget['kind'],
    /**
     * The URL of the separate metrics port, such as `http://127.0.0.1:9464`; undefined if the worker serves `/metrics`.
     */
    readonly metricsUrl: string | undefined,
    private readonly server: EmbeddedInngest | undefined,
    private readonly clock: Clock,
    private readonly graceMs: number,
  ) {}

  /**
   * Starts the Inngest server, then the worker, then the registration, which runs in the background.
   *
   * @throws StartError if a port is not available; everything that was started is then stopped
   */
  static async start(settings: Settings, { logger, ...options }: ServiceOptions): Promise<Service> {
    const clock = options.clock ?? new SystemClock();
    const server = await startServer(settings, clock, logger);
    try {
      const wired = server === undefined ? settings : settings.withInngestAt(server.url);
      const serverLoad = server && (() => server.load());
      const app = await startApp(wired, { ...options, clock, serverLoad }, logger);
      const service = new Service(
        app,
        urlOf(app, settings),
        settings.inngest.kind,
        await startMetrics(app, settings),
        server,
        clock,
        settings.shutdownGraceMs,
      );
      service.registration.start(service.url);
      return service;
    } catch (error) {
      await server?.close();
      throw error;
    }
  }

  /** Whether the dashboard of the embedded Inngest server requires a login. */
  get asksToLogIn(): boolean {
    return this.server?.asksToLogIn ?? false;
  }

  get registration(): InngestRegistration {
    return this.app.get(InngestRegistration);
  }

  /**
   * Calls `listener` when another server has taken over the data file of the embedded one. This service must then stop.
   */
  onTaken(listener: () => void): void {
    this.server?.onTaken(listener);
  }

  /**
   * Stops in an order that loses nothing. Readiness changes to 503. The executing calls finish: the server makes no new
   * calls
   * and still accepts checkpoints. Then the worker closes, and then the server. Calls that do not finish within the
   * grace
   * period are aborted, and Inngest tries them again.
   */
  async stop(): Promise<void> {
    const deadline = this.clock.steady() + this.graceMs;
    this.app.get(Draining).begin();
    // A worker with a connection first tells Inngest that it accepts no more calls.
    const disconnected = this.app.get(InngestConnection).close(this.graceMs);
    await this.server?.drain(this.graceMs);
    await disconnected;
    await this.within(deadline, this.app.get(OpenCalls).ended());
    const http = this.app.getHttpServer();
    // Node keeps idle connections open for 5 s by default; close those that become idle from now on, such as ended
    // streams.
    http.keepAliveTimeout = 1;
    const cancel = this.clock.after(
      deadline - this.clock.steady(),
      () => http.closeAllConnections(),
      'background',
    );
    await this.app.close();
    cancel();
    await this.server?.close();
  }

  /** @param deadline steady time after which it stops waiting */
  private async within(deadline: number, work: Promise<void>): Promise<void> {
    const left = deadline - this.clock.steady();
    if (left <= 0) return;
    let cancel: Release | undefined;
    const over = new Promise<void>((resolve) => {
      cancel = this.clock.after(left, resolve, 'background');
    });
    await Promise.race([work, over]);
    cancel?.();
  }
}

async function startServer(
  { inngest, allowedHosts, eventKey, signingKey, ...access }: Settings,
  clock: Clock,
  logger: LoggerService | false,
): Promise<EmbeddedInngest | undefined> {
  if (inngest.kind !== 'embedded') return undefined;
  try {
    const { port, dataFile, retentionMs, synchronous, requestTimeoutMs, retryIntervalMs } = inngest;
    const state = { dataFile, retentionMs, synchronous };
    const calls = { requestTimeoutMs, retryIntervalMs };
    const { signingKeyFallback, dashboardPassword, dashboardOrigin } = access;
    const keys = { eventKey, signingKey, signingKeyFallback, dashboardPassword, dashboardOrigin };
    const doors = { port, allowedHosts, ...keys };
    return await EmbeddedInngest.start({ ...doors, ...state, ...calls, clock, logger });
  } catch (error) {
    throw StartError.ofEmbeddedServer(error);
  }
}

async function startApp(
  settings: Settings,
  options: AppOptions,
  logger: LoggerService | false,
): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(AppModule.forRoot(settings, options), {
    ...APP_OPTIONS,
    abortOnError: false,
    logger,
  });
  setUpApp(app);
  try {
    await app.listen(settings.port, settings.host);
  } catch (error) {
    await app.close();
    throw StartError.ofWorker(error, settings);
  }
  return app;
}

async function startMetrics(app: NestExpressApplication, settings: Settings): Promise<string | undefined> {
  const { metrics } = settings;
  if (metrics === undefined) return undefined;
  try {
    return await app.get(MetricsServer).start({ ...metrics, hosts: allowedHosts(settings, metrics.host) });
  } catch (error) {
    await app.close();
    throw StartError.ofMetrics(error, metrics);
  }
}

function urlOf(app: NestExpressApplication, { host }: Settings): string {
  const { port } = app.getHttpServer().address() as AddressInfo;
  return listeningUrl(host, port);
}
