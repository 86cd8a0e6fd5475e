import { Module, type DynamicModule, type Provider, type Type } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import { ClockModule, VirtualClock } from '../../src/clock/index.js';
import { EmbeddedInngest, type EmbeddedInngestOptions } from '../../src/embedded/index.js';
import { INNGEST_PATH, InngestModule, type InngestModuleOptions } from '../../src/inngest/index.js';

/** A run as the v2 API tells it. */
export interface Run {
  id: string;
  status: 'QUEUED' | 'RUNNING' | 'COMPLETED' | 'FAILED' | 'CANCELLED';
  function: { id: string; name: string };
  queuedAt: string;
  startedAt?: string;
  endedAt?: string;
  output?: unknown;
  waiting?: { reason: string; until?: string; attempt?: number };
  reason?: string;
  originalRunId?: string;
  trigger: { eventIds: string[] };
}

/** A step, or one attempt of it, as the v2 trace tells it. */
export interface Span {
  name: string;
  status: string;
  queuedAt: string;
  startedAt?: string;
  endedAt?: string;
  stepOp?: string;
  output?: unknown;
  children?: Span[];
}

export interface Event {
  name: string;
  data?: unknown;
  id?: string;
  ts?: number;
}

export type ServerOptions = Omit<EmbeddedInngestOptions, 'clock' | 'port'>;

/** The application under test: it listens, and serves its functions. */
export interface ServedApp {
  /** Where it answers. */
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
  /** What its main does between creating and listening. */
  configure?: (app: NestExpressApplication) => void;
  server?: ServerOptions;
}

/**
 * Runs Inngest functions end to end in virtual time: a Nest application and an embedded Inngest server on free ports,
 * talking over HTTP, on one clock that stands still except while the test waits.
 *
 *     const inngest = await InngestHarness.forFunctions([MyFunctions]);
 *     const [eventId] = await inngest.send({ name: 'my/event', data: { … } });
 *     const run = await inngest.ended(eventId);        // skips over sleeps, retries, throttles
 *     expect(run.output).toEqual(…);
 *     expect(inngest.elapsed).toBe(24 * 60 * 60 * 1000);
 *     await inngest.close();
 */
export class InngestHarness<App extends ServedApp = ServedApp> {
  private readonly startedAt: number;
  /** What the server's API wants to see. */
  private readonly authorization: Record<string, string>;

  private constructor(
    readonly clock: VirtualClock,
    /** Another one may take its place, as after a restart. */
    public server: EmbeddedInngest,
    readonly app: App,
    signingKey: string | undefined,
  ) {
    this.startedAt = clock.now();
    this.authorization = authorizationFor(signingKey);
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
      const imports = [module(inngestUrl, clock)];
      const compiled = await Test.createTestingModule({ imports }).compile();
      const nest = compiled.createNestApplication<NestExpressApplication>({
        bodyParser: false,
        logger: false,
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

  /** Where the application answers. */
  get url(): string {
    return this.app.url;
  }

  /** For functions in providers that need no application around them. */
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
            // The harness has the server sync the application.
            registration: 'manual',
            ...inngest,
          }),
        ],
        providers,
      }),
    });
  }

  /** Virtual milliseconds since the start. */
  get elapsed(): number {
    return this.clock.now() - this.startedAt;
  }

  /** Sends events to the event API; returns their ids. */
  async send(...events: Event[]): Promise<string[]> {
    const answer = await fetch(`${this.server.url}/e/test`, { method: 'POST', body: JSON.stringify(events) });
    const { ids, error } = (await answer.json()) as { ids: string[]; error?: string };
    if (error !== undefined) throw new Error(`The event API answered ${answer.status}: ${error}`);
    return ids;
  }

  /** Lets time pass until every run of the event has ended, and returns the first of them. */
  async ended(eventId: string | undefined, { within }: { within?: number } = {}): Promise<Run> {
    await this.until(
      async () => {
        const runs = await this.runs(eventId);
        return runs.length > 0 && runs.every((run) => run.endedAt !== undefined);
      },
      { within },
    );
    return this.run(eventId);
  }

  /** Lets time pass until no run is queued or running. */
  async allEnded(): Promise<void> {
    await this.until(async () => {
      const { data } = await this.get<{ data: Run[] }>('/api/v2/runs?status=QUEUED&status=RUNNING&limit=1');
      return data.length === 0;
    });
  }

  /** Lets time pass until the condition holds. */
  async until(
    condition: () => boolean | Promise<boolean>,
    { within }: { within?: number } = {},
  ): Promise<void> {
    await this.clock.pass(condition, within === undefined ? {} : { within });
    await this.clock.settled();
  }

  /** Lets exactly this much time pass, in milliseconds. */
  async advance(ms: number): Promise<void> {
    await this.clock.advance(ms);
  }

  /** The runs of an event, oldest first. */
  async runs(eventId: string | undefined): Promise<Run[]> {
    const { data } = await this.get<{ data?: Run[] }>(`/api/v2/events/${eventId}/runs?includeOutput=true`);
    return (data ?? []).map(withBareError);
  }

  /** The first run of an event. */
  async run(eventId: string | undefined): Promise<Run> {
    const [run] = await this.runs(eventId);
    if (!run) throw new Error(`The event ${eventId} has no run.`);
    return run;
  }

  /** All runs, newest first. */
  async allRuns(): Promise<Run[]> {
    const all: Run[] = [];
    for (let cursor = ''; ;) {
      const { data, page } = await this.get<{ data: Run[]; page: { cursor?: string } }>(
        `/api/v2/runs?includeOutput=true&limit=100${cursor}`,
      );
      all.push(...data.map(withBareError));
      if (page.cursor === undefined) return all;
      cursor = `&cursor=${page.cursor}`;
    }
  }

  /** When runs started, in milliseconds since the start of the harness, earliest first. */
  starts(runs: readonly Run[]): number[] {
    return runs
      .flatMap((run) => (run.startedAt === undefined ? [] : [this.since(run.startedAt)]))
      .toSorted((a, b) => a - b);
  }

  /** The steps of a run, in the order in which they began. */
  async steps(run: Run): Promise<Span[]> {
    const path = `/api/v2/runs/${run.id}/trace?includeOutput=true`;
    const { data } = await this.get<{ data: { rootSpan: Span } }>(path);
    return data.rootSpan.children ?? [];
  }

  /** The attempts of one step of a run, or of the function itself ("Finalization"). */
  async attempts(run: Run, name: string): Promise<Span[]> {
    const step = (await this.steps(run)).find((candidate) => candidate.name === name);
    return step?.children ?? (step ? [step] : []);
  }

  /** Milliseconds from the start of the harness to an ISO time. */
  since(time: string): number {
    return Date.parse(time) - this.startedAt;
  }

  /** Asks the server's HTTP API. */
  async get<T>(path: string): Promise<T> {
    return (await (await fetch(this.server.url + path, { headers: this.authorization })).json()) as T;
  }

  async post<T>(path: string, body: unknown = {}): Promise<T> {
    const answer = await fetch(this.server.url + path, {
      method: 'POST',
      headers: { ...this.authorization, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return (await answer.json()) as T;
  }

  /** Ends everything at once: calls that sleep on the clock would never wake again. */
  async close(): Promise<void> {
    this.clock.end();
    const patience = new Promise((resolve) => setTimeout(resolve, 1_000).unref());
    await Promise.race([this.server.drain(60_000), patience]);
    await this.app.close();
    await this.server.close();
  }
}

/** Lists of the API show the error of a failed run as `{error: …}`, the run itself shows it bare. */
function withBareError(run: Run): Run {
  return run.status === 'FAILED' ? { ...run, output: (run.output as { error: unknown }).error } : run;
}

function authorizationFor(signingKey: string | undefined): Record<string, string> {
  return signingKey === undefined ? {} : { authorization: `Bearer ${signingKey}` };
}
