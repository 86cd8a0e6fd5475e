import { Module, type DynamicModule, type Provider, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { ClockModule, VirtualClock } from '../clock/index.js';
import { EmbeddedInngest } from '../embedded/index.js';
import { INNGEST_PATH, InngestModule, type InngestModuleOptions } from '../inngest/index.js';
import type { Run } from './runs-api.js';
import { VirtualInngest, type ServerOptions } from './virtual-inngest.js';

export { Clock, ClockModule, VirtualClock } from '../clock/index.js';
export type { FailStepOptions } from './fail-step.js';
export type { Event, Run, Span } from './runs-api.js';
export type { ServerOptions, WaitOptions } from './virtual-inngest.js';

/** The application under test: it listens, and serves its functions. */
export interface ServedApp {
  /** Its URL. */
  readonly url: string;
  close(): Promise<void>;
}

/** A Nest application under test. */
export interface ServedNestApp extends ServedApp {
  readonly nest: NestExpressApplication;
}

export interface HarnessOptions {
  /** The application under test, given the server's URL and the clock. */
  module: (inngestUrl: string, clock: VirtualClock) => DynamicModule | Type;
  /** The same setup as in the application's `main.ts`, between creating and listening. */
  configure?: (app: NestExpressApplication) => void;
  server?: ServerOptions;
}

/**
 * The test server for Nest. It runs Inngest functions end to end in virtual time, in a Nest application and on an
 * embedded server. Both use free ports, communicate over HTTP, and share one clock, which stands still except while the
 * test waits.
 *
 *     const inngest = await InngestHarness.forFunctions([MyFunctions]);
 *     const [eventId] = await inngest.send({ name: 'my/event', data: { … } });
 *     const run = await inngest.ended(eventId); // skips over sleeps, retries, throttles
 *     expect(run.output).toEqual(…);
 *     expect(inngest.elapsed).toBe(24 * 60 * 60 * 1000);
 *     await inngest.close();
 */
export class InngestHarness<App extends ServedApp = ServedApp> extends VirtualInngest {
  private constructor(
    clock: VirtualClock,
    server: EmbeddedInngest,
    readonly app: App,
    signingKey: string | undefined,
  ) {
    super(clock, server, signingKey);
  }

  /** Starts a server, and an application that serves its functions at {@link INNGEST_PATH}. */
  static async around<App extends ServedApp>(
    serve: (inngestUrl: string, clock: VirtualClock) => Promise<App>,
    options: ServerOptions = {},
  ): Promise<InngestHarness<App>> {
    const clock = new VirtualClock();
    const server = await EmbeddedInngest.start({ logger: false, ...options, port: 0, clock });
    try {
      const app = await serve(server.url, clock);
      await server.sync(app.url + INNGEST_PATH);
      return new InngestHarness(clock, server, app, options.signingKey);
    } catch (error) {
      await server.close();
      throw error;
    }
  }

  /** Starts a server, and a Nest application. */
  static start({ module, configure, server }: HarnessOptions): Promise<InngestHarness<ServedNestApp>> {
    return InngestHarness.around(async (inngestUrl, clock) => {
      const nest = await NestFactory.create<NestExpressApplication>(module(inngestUrl, clock), {
        bodyParser: false,
        logger: false,
        abortOnError: false,
      });
      configure?.(nest);
      await nest.listen(0, '127.0.0.1');
      const url = (await nest.getUrl()).replace('127.0.0.1', 'localhost');
      const close = (): Promise<void> => {
        nest.getHttpServer().closeAllConnections();
        return nest.close();
      };
      return { nest, url, close };
    }, server);
  }

  /** Starts an application with only these providers, for functions that need no other module. */
  static forFunctions(
    providers: Provider[],
    inngest: Partial<InngestModuleOptions> = {},
  ): Promise<InngestHarness<ServedNestApp>> {
    @Module({})
    class FunctionsUnderTest {}

    return InngestHarness.start({
      module: (baseUrl, clock) => ({
        module: FunctionsUnderTest,
        imports: [
          ClockModule.forRoot(clock),
          InngestModule.forRoot({
            id: 'test',
            isDev: true,
            baseUrl,
            eventKey: 'test',
            // The harness makes the server sync the application.
            registration: 'manual',
            ...inngest,
          }),
        ],
        providers,
      }),
    });
  }

  /** The URL of the application. */
  get url(): string {
    return this.app.url;
  }

  /** The first run of an event. */
  async run(eventId: string | undefined): Promise<Run> {
    const [run] = await this.runs(eventId);
    if (!run) throw new Error(`The event ${eventId} has no run.`);
    return run;
  }

  /** Stops everything immediately, because time no longer advances for calls that sleep on the clock. */
  async close(): Promise<void> {
    await this.stop();
    await this.app.close();
    await this.server.close();
  }
}
