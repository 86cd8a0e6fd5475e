import { SystemClock, VirtualClock } from '../clock/index.js';
import { EmbeddedInngest } from '../embedded/index.js';
import { ClientLoan, type SdkClient } from './client-loan.js';
import { readFixture, type RunFixture } from './fixture.js';
import { RecordedFunction } from './recorded-function.js';
import { Replay, type ReplayResult } from './replay.js';
import type { Event, Run } from './runs-api.js';
import { sdkHandler, type SdkFunction } from './sdk-handler.js';
import { ServedFunctions } from './served-functions.js';
import { chooseFunction, clientOf, assertFunctions } from './sdk-functions.js';
import { readRun, type TestRun } from './test-run.js';
import { VirtualInngest, type ServerOptions, type WaitOptions } from './virtual-inngest.js';
import { chooseRun, whyNotEnded } from './why-not-ended.js';

export interface TestServerOptions {
  /** The first time of the clock: a date, or milliseconds since 1970. Default: the time of the wall clock. */
  now?: Date | number;
  /**
   * The delay before each retry for which the app names no time, in milliseconds. Default: the delays of Inngest, 15 s,
   * 30 s, 1 m, 2 m, …, each with up to 30 s more.
   */
  retryIntervalMs?: number;
}

export interface RunOptions extends WaitOptions {
  /** The function whose run to return, if the event starts several runs: its id, without the client's id before it. */
  function?: string;
}

/**
 * Starts an Inngest server for tests inside this process. It uses a free port, keeps its state in memory, and has a
 * clock that stands still except while a test waits. You can start several servers, each with its own clock.
 *
 *     const server = await createTestServer();
 *     await server.serve(client, [sendMail]);
 *     const run = await server.run({ name: 'mail/requested', data: { to: 'a@example.com' } });
 *     assert.equal(run.status, 'COMPLETED');
 *     await server.close();
 */
export function createTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  return TestServer.start(options);
}

/** See {@link createTestServer}. */
export class TestServer extends VirtualInngest {
  private readonly apps = new Map<SdkClient, ServedFunctions>();
  private readonly wall = new SystemClock();
  private isClosed = false;

  private constructor(
    clock: VirtualClock,
    server: EmbeddedInngest,
    private readonly options: ServerOptions,
  ) {
    super(clock, server);
  }

  /** @throws RangeError if an option is invalid */
  static async start({ now, retryIntervalMs }: TestServerOptions = {}): Promise<TestServer> {
    const time = now === undefined ? undefined : Number(now);
    if (time !== undefined && !Number.isSafeInteger(time)) {
      throw new RangeError(`now must be a valid Date or whole milliseconds since 1970, not ${String(now)}.`);
    }
    if (retryIntervalMs !== undefined && !(Number.isSafeInteger(retryIntervalMs) && retryIntervalMs >= 0)) {
      throw new RangeError(`retryIntervalMs must be whole milliseconds from 0 on, not ${retryIntervalMs}.`);
    }
    const clock = new VirtualClock(time);
    const options: ServerOptions = {
      logger: false,
      // The SDK sets the times of sent events by the wall clock.
      appsShareClock: false,
      ...(retryIntervalMs !== undefined && { retryIntervalMs }),
    };
    return new TestServer(clock, await EmbeddedInngest.start({ ...options, port: 0, clock }), options);
  }

  /** The server's URL, such as `http://localhost:40123`, for an app in another process or language. */
  get url(): string {
    return this.server.url;
  }

  /**
   * Sends events to the event API; returns their ids. No time passes. A `ts` is on this server's clock: an event with a
   * `ts` in the future is delivered at that time.
   *
   * @throws Error if the server refuses them
   */
  override send(...events: Event[]): Promise<string[]> {
    // The server expects times of the wall clock, as the SDK sends them.
    const ahead = this.clock.now() - this.wall.now();
    return super.send(
      ...events.map((event) => (event.ts === undefined ? event : { ...event, ts: event.ts - ahead })),
    );
  }

  /**
   * Serves a client's functions, without a web framework, and registers them. The client uses this server until
   * {@link close}. A second call with the same client replaces its functions.
   *
   * @throws ClientRefusedError if the client has its own `baseUrl` or `isDev: false`, or if another test server uses it
   * @throws TypeError if there is no client or no function
   * @throws Error if the SDK or the server refuses a function
   */
  async serve(client: SdkClient, functions: readonly SdkFunction[]): Promise<void> {
    this.assertOpen();
    assertFunctions(functions, 'serve(client, functions)');
    const known = this.apps.get(client);
    const app =
      known ?? (await ServedFunctions.listen(client, ClientLoan.take(client, this.url), this.clock));
    try {
      app.serve(functions, this.url);
      await this.server.sync(app.url);
      this.apps.set(client, app);
    } catch (error) {
      if (!known) await app.close();
      throw error;
    }
  }

  /**
   * Registers an app that serves its functions at `url` itself, in any language.
   *
   * @throws Error if the registration fails
   */
  async register(url: string): Promise<void> {
    this.assertOpen();
    await this.server.sync(url);
  }

  /**
   * Sends an event, lets time pass until all its runs (or the run of `function`) have ended, and returns the run with
   * its steps and attempts.
   *
   * @throws Error if the event starts no run; if it starts several and `function` names none of them; or if a run does
   * not end
   *   before nothing is due any more or `within` is over
   */
  async run(event: Event | string, { function: id, ...wait }: RunOptions = {}): Promise<TestRun> {
    this.assertOpen();
    const sent = typeof event === 'string' ? { name: event } : event;
    const [eventId = ''] = await this.send(sent);
    try {
      await this.untilEnded(eventId, wait, id);
    } catch (error) {
      throw await whyNotEnded(this.api, sent.name, eventId, error);
    }
    return this.inspect(chooseRun(await this.runs(eventId), sent.name, id));
  }

  /** Reads the current steps and attempts of a run. */
  inspect(run: Run): Promise<TestRun> {
    return readRun(this.api, run, this.server.outputOf(run.id));
  }

  /** Returns the parts of a run that {@link replay} needs, as JSON for a file. */
  async fixture(run: Run | TestRun): Promise<RunFixture> {
    const { function: id, events, steps } = 'steps' in run ? run : await this.inspect(run);
    return {
      function: id,
      events,
      steps: steps.map(({ id: hash, name, data, error }) => ({
        id: hash,
        name,
        ...(data !== undefined && { data }),
        ...(error !== undefined && { error }),
      })),
    };
  }

  /**
   * Runs the current code against a recorded run. It passes the function the recorded outputs of its steps, and
   * executes no step that has one. The functions need not be served, and nothing is stored.
   *
   * @throws ReplayError naming the first step that is missing, new or in another order
   * @throws TypeError if the fixture or the functions are invalid
   * @throws ClientRefusedError as {@link serve} does
   */
  async replay(fixture: RunFixture, functions: readonly SdkFunction[]): Promise<ReplayResult> {
    this.assertOpen();
    const recording = readFixture(fixture);
    assertFunctions(functions, 'replay(fixture, functions)');
    const { fn, slug } = chooseFunction(functions, recording.function);
    const client = clientOf(fn);
    const loan = this.apps.has(client) ? undefined : ClientLoan.take(client, this.url);
    try {
      const origin = 'http://127.0.0.1';
      const handler = sdkHandler(client, [fn], { serverUrl: this.url, origin });
      return await new Replay(new RecordedFunction(handler, slug, origin, recording.events), recording).run();
    } finally {
      loan?.giveBack();
    }
  }

  /**
   * Deletes all events and runs, and forgets the calls of `failStep`. Served functions remain, at the same URL; apps in
   * other processes must register again. The clock keeps its time, and `elapsed` starts again at 0.
   */
  async reset(): Promise<void> {
    this.assertOpen();
    const port = Number(new URL(this.url).port);
    await this.server.close();
    this.server = await EmbeddedInngest.start({ ...this.options, port, clock: this.clock });
    for (const { url } of this.apps.values()) await this.server.sync(url);
    await this.clock.settled();
    this.startedAt = this.clock.now();
  }

  /**
   * Stops everything immediately, including executing calls, and resets the clients. A second call does nothing.
   */
  async close(): Promise<void> {
    if (this.isClosed) return;
    this.isClosed = true;
    await this.stop();
    for (const app of this.apps.values()) await app.close();
    await this.server.close();
  }

  private assertOpen(): void {
    if (this.isClosed)
      throw new Error('This test server is closed. Create another one with createTestServer().');
  }
}
