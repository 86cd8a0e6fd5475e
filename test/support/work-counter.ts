import { VirtualClock } from '../../src/clock/index.js';
import { EmbeddedInngest } from '../../src/embedded/index.js';
import { openDriver } from '../../src/embedded/store/driver/open-driver.js';
import { Ids } from '../../src/embedded/store/ids.js';
import { Turn } from '../../src/common/turn.js';
import { CountingDriver } from './counting-driver.js';
import { ParsedJson } from './parsed-json.js';
import { ScriptedApp, type Script } from './scripted-app.js';

/** The amount of work that a server has done. It depends on the code only, not on the machine. */
export interface Work {
  /** SQL statements without BEGIN, COMMIT and ROLLBACK. */
  statements: number;
  transactions: number;
  /** HTTP requests that the server sent and received. */
  requests: number;
  /** The bytes of JSON that were parsed. */
  parsed: number;
}

/** A server whose work is counted, and an app without an SDK. */
export class WorkCounter {
  private requests = 0;

  private constructor(
    private readonly server: EmbeddedInngest,
    private readonly clock: VirtualClock,
    private readonly app: ScriptedApp,
    private readonly driver: CountingDriver,
    private readonly json: ParsedJson,
  ) {
    server.app.getHttpServer().on('request', () => this.requests++);
  }

  static async start(scripts: Readonly<Record<string, Script>>): Promise<WorkCounter> {
    let driver: CountingDriver | undefined;
    // A fixed date: the text of a time must have the same number of digits whenever the test runs.
    const clock = new VirtualClock(Date.UTC(2026, 10, 27));
    const server = await EmbeddedInngest.start({
      port: 0,
      clock,
      logger: false,
      // A fixed interval: the default backoff adds up to 30 s at random.
      retryIntervalMs: 60_000,
      openDriver: (path) => (driver = new CountingDriver(openDriver(path))),
    });
    const app = await ScriptedApp.start(server.url, scripts);
    await app.register();
    const json = new ParsedJson();
    json.begin();
    // Turns without a time limit, so that the work per turn does not depend on the speed of the machine.
    jest.spyOn(Turn.prototype, 'isOver', 'get').mockReturnValue(false);
    // Real job ids have 12 or 13 characters, at random. These all have 13.
    let lastJob = 1_000_000_000_000;
    jest.spyOn(Ids.prototype, 'job').mockImplementation(() => String(++lastJob));
    return new WorkCounter(server, clock, app, driver as CountingDriver, json);
  }

  get url(): string {
    return this.server.url;
  }

  /** The work that `something` causes, until nothing is left to do. */
  async of(something: () => Promise<unknown>): Promise<Work> {
    const before = this.total();
    await something();
    await this.clock.settled();
    const after = this.total();
    return {
      statements: after.statements - before.statements,
      transactions: after.transactions - before.transactions,
      requests: after.requests - before.requests,
      parsed: after.parsed - before.parsed,
    };
  }

  /** Sends events, and lets time pass until the app has answered `calls` calls. `meanwhile` runs after the first call. */
  async run(events: readonly object[], calls: number, meanwhile?: () => Promise<unknown>): Promise<void> {
    const before = this.app.calls;
    await this.send(events);
    if (meanwhile) {
      await this.untilCalledSince(before, 1);
      await meanwhile();
    }
    await this.untilCalledSince(before, calls);
  }

  async send(events: readonly object[]): Promise<void> {
    await this.post('/e/key', events.length === 1 ? (events[0] as object) : events);
  }

  async post(path: string, body: object): Promise<void> {
    const answer = await fetch(this.server.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`POST ${path} was answered ${answer.status}: ${text}`);
  }

  async close(): Promise<void> {
    this.json.end();
    jest.restoreAllMocks();
    await this.server.close();
    await this.app.close();
  }

  private async untilCalledSince(before: number, calls: number): Promise<void> {
    await this.clock.pass(() => this.app.calls >= before + calls);
    await this.clock.settled();
  }

  private total(): Work {
    return {
      statements: this.driver.statements,
      transactions: this.driver.transactions,
      requests: this.requests + this.app.calls,
      parsed: this.json.bytes,
    };
  }
}
