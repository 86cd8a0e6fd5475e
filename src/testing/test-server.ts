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
  /** What the clock shows at first: a date, or milliseconds since 1970. The wall clock's time unless given. */
  now?: Date | number;
  /**
   * How long the server waits before each retry for which the app names no time, in milliseconds. Unless given it waits
   * as Inngest does: 15 s, 30 s, 1 m, 2 m, … and up to 30 s more.
   */
  retryIntervalMs?: number;
}

export interface RunOptions extends WaitOptions {
  /** Which function's run to give, when the event starts several: its id, without the client's id before it. */
  function?: string;
}

/**
 * Starts an Inngest server for tests inside this process: on a free port, with its state in memory, and on a clock that
 * stands still except while a test waits. There may be many at once, each with its own clock.
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

  /** @throws RangeError when an option is of no use */
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
      // The SDK dates the events that code sends by the wall clock.
      appsShareClock: false,
      ...(retryIntervalMs !== undefined && { retryIntervalMs }),
    };
    return new TestServer(clock, await EmbeddedInngest.start({ ...options, port: 0, clock }), options);
  }

  /** Where it answers, such as `http://localhost:40123`: for an app in another process or language. */
  get url(): string {
    return this.server.url;
  }

  /**
   * Sends events to the event API; returns their ids. No time passes. A `ts` is on this server's clock: with one ahead of
   * it, the event is delivered when that time comes.
   *
   * @throws Error when the server does not take them
   */
  override send(...events: Event[]): Promise<string[]> {
    // The server takes it for a moment of the wall clock, like those of the SDK.
    const ahead = this.clock.now() - this.wall.now();
    return super.send(
      ...events.map((event) => (event.ts === undefined ? event : { ...event, ts: event.ts - ahead })),
    );
  }

  /**
   * Serves a client's functions, without a web framework, and registers them. The client points at this server until
   * {@link close}. Serving the same client again replaces its functions.
   *
   * @throws ClientRefusedError when the client has a `baseUrl` of its own or `isDev: false`, or when another test server
   *   uses it
   * @throws TypeError when there is no client or no function
   * @throws Error when the SDK or the server refuses a function
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

  /** Registers an app that serves its functions at `url` itself, in any language. @throws Error when it refuses */
  async register(url: string): Promise<void> {
    this.assertOpen();
    await this.server.sync(url);
  }

  /**
   * Sends an event, lets time pass until all of its runs have ended, or that of one function, and gives the run with its
   * steps and attempts.
   *
   * @throws Error when the event starts no run, or several and `function` names none of them, and when a run does not
   *   end because nothing is due any more or `within` is over
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

  /** A run with its steps and attempts, as it stands now. */
  inspect(run: Run): Promise<TestRun> {
    return readRun(this.api, run, this.server.outputOf(run.id));
  }

  /** What {@link replay} needs of a run, and no more: to be written to a file. */
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
   * Runs today's code against a recorded run: gives the function the recorded outputs of its steps, and executes no step
   * that has one. The functions need not be served, and nothing is stored.
   *
   * @throws ReplayError naming the first step that is missing, new or in another order
   * @throws TypeError when the fixture or the functions are of no use
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
   * Forgets all events and runs, and the steps that are to fail. What is served stays served, at the same URL; apps of
   * other processes have to register again. The clock goes on from where it is, and `elapsed` from 0.
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
   * Ends everything at once, calls under way included, and sets the clients back to what they were. May be called
   * twice.
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
