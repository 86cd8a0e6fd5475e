import { VirtualClock } from '../../src/clock/index.js';
import { EmbeddedInngest } from '../../src/embedded/index.js';
import { openDriver } from '../../src/embedded/store/driver/open-driver.js';
import { Ids } from '../../src/embedded/store/ids.js';
import { Turn } from '../../src/common/turn.js';
import { CountingDriver } from './counting-driver.js';
import { ParsedJson } from './parsed-json.js';
import { ScriptedApp, type Script } from './scripted-app.js';

/** What a server has done: it depends on the code alone, not on the machine. */
export interface Work {
  /** SQL statements, without those that begin and end transactions. */
  statements: number;
  transactions: number;
  /** HTTP requests, of the server and to it. */
  requests: number;
  /** Bytes of JSON that were parsed. */
  parsed: number;
}

/** A server and an app without an SDK, whose work is counted. */
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
    // Dates are as long at all times; the number of digits of a moment must not depend on when the test runs.
    const clock = new VirtualClock(Date.UTC(2026, 10, 27));
    const server = await EmbeddedInngest.start({
      port: 0,
      clock,
      logger: false,
      // Without it a retry comes by chance up to 30 s later.
      retryIntervalMs: 60_000,
      openDriver: (path) => (driver = new CountingDriver(openDriver(path))),
    });
    const app = await ScriptedApp.start(server.url, scripts);
    await app.register();
    const json = new ParsedJson();
    json.begin();
    // How much is done in a turn must not depend on the speed of the machine.
    jest.spyOn(Turn.prototype, 'isOver', 'get').mockReturnValue(false);
    // Theirs are of 12 or 13 characters, by chance.
    let lastJob = 1_000_000_000_000;
    jest.spyOn(Ids.prototype, 'job').mockImplementation(() => String(++lastJob));
    return new WorkCounter(server, clock, app, driver as CountingDriver, json);
  }

  get url(): string {
    return this.server.url;
  }

  /** What is done for it until nothing is left to do. */
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

  /** Sends events, and lets time pass until the app has answered so many calls. `meanwhile` runs after the first call. */
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
