import type { VirtualClock } from '../clock/index.js';
import { parseDuration } from '../common/duration.js';
import { EmbeddedInngest, type EmbeddedInngestOptions } from '../embedded/index.js';
import { readForcedFailure, type FailStepOptions } from './fail-step.js';
import { RunsApi, type Event, type Run, type Span } from './runs-api.js';

/** The options of the embedded server. It always listens on a free port and uses the test's clock. */
export type ServerOptions = Omit<EmbeddedInngestOptions, 'clock' | 'port'>;

export interface WaitOptions {
  /**
   * How much virtual time may pass, in milliseconds or as a duration such as "24h". Cron schedules tick only within it.
   * Default: time passes until nothing is due any more.
   */
  within?: number | string | undefined;
}

/** How long the server waits for executing calls when it closes, in milliseconds of real time. */
const PATIENCE_MS = 1_000;

/** An embedded server on a clock that stands still except while the test waits. */
export class VirtualInngest {
  protected startedAt: number;
  protected readonly api: RunsApi;

  protected constructor(
    readonly clock: VirtualClock,
    /** Tests may replace it to simulate a restart. */
    public server: EmbeddedInngest,
    signingKey?: string,
  ) {
    this.startedAt = clock.now();
    this.api = new RunsApi(() => this.server.url, signingKey);
  }

  /** Virtual milliseconds since the start. */
  get elapsed(): number {
    return this.clock.now() - this.startedAt;
  }

  /**
   * Sends events to the event API; returns their ids.
   *
   * @throws Error if the server refuses them
   */
  send(...events: Event[]): Promise<string[]> {
    return this.api.send(events);
  }

  /** Lets time pass until every run of the event has ended, and returns the first of them. */
  async ended(eventId: string | undefined, options: WaitOptions = {}): Promise<Run> {
    await this.untilEnded(eventId, options);
    const [run] = await this.runs(eventId);
    if (!run) throw new Error(`The event ${eventId} has no run.`);
    return run;
  }

  /** Lets time pass until no run is queued or running. */
  async allEnded(options: WaitOptions = {}): Promise<void> {
    await this.until(async () => !(await this.api.areOpen()), options);
  }

  /**
   * Lets time pass until the condition is true.
   *
   * @throws Error if nothing is due any more, or `within` is over, before the condition is true
   */
  async until(condition: () => boolean | Promise<boolean>, { within }: WaitOptions = {}): Promise<void> {
    await this.clock.pass(condition, within === undefined ? {} : { within: milliseconds(within) });
    await this.clock.settled();
  }

  /**
   * Lets exactly this much time pass, in milliseconds or as a duration such as "1h30m".
   *
   * @throws RangeError, DurationError if it is neither
   */
  async advance(time: number | string): Promise<void> {
    await this.clock.advance(milliseconds(time));
  }

  /**
   * Makes the next attempts of a step fail, in all runs. The server applies failed attempts instead of calling the app
   * to execute the step. Retries and `onFailure` follow as usual.
   *
   * @param name the step's id in the code, its display name, or its hashed id
   * @param times how many attempts fail: a whole number, 1 or more, or Infinity
   * @throws TypeError, RangeError if an argument is invalid
   */
  failStep(name: string, times = 1, options: FailStepOptions = {}): void {
    this.server.failStep(readForcedFailure(name, times, options));
  }

  /** The runs of an event, oldest first. */
  runs(eventId: string | undefined): Promise<Run[]> {
    return this.api.ofEvent(eventId);
  }

  /** All runs, newest first. */
  allRuns(): Promise<Run[]> {
    return this.api.all();
  }

  /** The steps of a run, in the order in which they began. */
  steps(run: Run): Promise<Span[]> {
    return this.api.trace(run.id);
  }

  /** The attempts of one step of a run, or of the function itself ("Finalization"). */
  async attempts(run: Run, name: string): Promise<Span[]> {
    const step = (await this.steps(run)).find((candidate) => candidate.name === name);
    return step?.children ?? (step ? [step] : []);
  }

  /** The times at which runs started, in milliseconds since the start, earliest first. */
  starts(runs: readonly Run[]): number[] {
    return runs
      .flatMap((run) => (run.startedAt === undefined ? [] : [this.since(run.startedAt)]))
      .toSorted((a, b) => a - b);
  }

  /** Milliseconds from the start to an ISO time. */
  since(time: string): number {
    return Date.parse(time) - this.startedAt;
  }

  /** Sends a GET to the server's HTTP API. */
  get<T>(path: string): Promise<T> {
    return this.api.get(path);
  }

  post<T>(path: string, body: unknown = {}): Promise<T> {
    return this.api.post(path, body);
  }

  /**
   * Lets time pass until the runs of the event have ended. @param functionId if given, waits only for the runs of this
   * function
   */
  protected async untilEnded(
    eventId: string | undefined,
    options: WaitOptions,
    functionId?: string,
  ): Promise<void> {
    await this.until(async () => {
      const all = await this.runs(eventId);
      const runs = functionId === undefined ? all : all.filter((run) => run.function.id === functionId);
      return runs.length > 0 && runs.every((run) => run.endedAt !== undefined);
    }, options);
  }

  /** Ends the executing calls and everything that sleeps on the clock, because time no longer advances. */
  protected async stop(): Promise<void> {
    this.clock.end();
    await this.drain();
  }

  protected async drain(): Promise<void> {
    const patience = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS).unref());
    await Promise.race([this.server.drain(60_000), patience]);
  }
}

function milliseconds(time: number | string): number {
  return typeof time === 'string' ? parseDuration(time) : time;
}
