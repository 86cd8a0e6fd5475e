import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Inngest } from 'inngest';
import { EmbeddedInngest } from '../../src/embedded/index.js';
import { FaultyDriver } from '../../src/embedded/store/driver/testing/faulty-driver.js';
import { openDriver } from '../../src/embedded/store/driver/open-driver.js';
import { SlotStore } from '../../src/embedded/store/slot.store.js';
import type { SqliteDriver } from '../../src/embedded/store/driver/sqlite-driver.js';
import { AppCaller } from '../../src/embedded/calls/app-caller.js';
import type { InngestHarness, ServerOptions } from '../../src/testing/nest.js';
import { startFunctions } from '../support/sdk-functions.js';
import { DataFileView } from './data-file.js';
import type { EndedRun, Scenario } from './scenario.js';
import { ExecutionLog } from './execution-log.js';

const DAY = 24 * 3_600_000;

/** The result of one repetition of a scenario. */
export interface Repetition {
  runs: EndedRun[];
  /** How often each step was executed. */
  executions: ReadonlyMap<string, number>;
  /** What went wrong, one sentence each. */
  mistakes: string[];
}

/** An app and a server in virtual time that repeat scenarios. */
export class Setup {
  private readonly executions = new ExecutionLog();
  private inngest!: InngestHarness;
  private client!: Inngest;
  private repetitions = 0;
  private crashes = 0;
  private restarted: Promise<void> | undefined;
  private opened!: { driver: FaultyDriver; view: DataFileView };
  private readonly options: ServerOptions;
  private dataFile: string;

  private constructor(private readonly folder: string | undefined) {
    this.dataFile = folder === undefined ? ':memory:' : join(folder, 'inngest.db');
    this.options = {
      retentionMs: 10_000 * DAY,
      openDriver: (file) => this.open(file),
    };
  }

  /** @param inFile keeps the state in a file, which {@link crashAfter} needs, instead of in memory */
  static async start(scenarios: readonly Scenario[], { inFile = false } = {}): Promise<Setup> {
    const setup = new Setup(inFile ? mkdtempSync(join(tmpdir(), 'faults-')) : undefined);
    setup.inngest = await startFunctions(
      (client, clock) => {
        setup.client = client;
        const tools = { client, clock, executions: setup.executions };
        return scenarios.flatMap((scenario) => scenario.define(tools));
      },
      {
        server: { ...setup.options, dataFile: setup.dataFile },
        client: { fetch: setup.fetch },
      },
    );
    return setup;
  }

  /** The server's driver. It changes with each crash. */
  get driver(): FaultyDriver {
    return this.opened.driver;
  }

  /** Runs a scenario from its first event until nothing is left to do. */
  async repeat(scenario: Scenario): Promise<Repetition> {
    const key = `${scenario.name}-${++this.repetitions}`;
    const mark = this.opened.view.mark();
    this.executions.reset({ has: (runId, step) => this.opened.view.has(runId, step) });
    const problems: string[] = [];
    try {
      await scenario.act({
        send: async (...events) => {
          await this.client.send(events.map(({ name, data }) => ({ name, data: { ...data, key } })));
        },
        until: (sql) => this.inngest.until(() => this.opened.view.exists(sql), { within: DAY }),
        advance: (ms) => this.inngest.advance(ms),
      });
      await this.inngest.until(() => this.opened.view.isIdle() && this.slotsInUse === 0, { within: DAY });
    } catch (error) {
      const slots = `${this.slotsInUse} concurrency slots in use`;
      problems.push((error as Error).message, ...this.opened.view.leftovers(), slots);
    }
    this.driver.disarm();
    this.driver.onCommit = undefined;
    const runs = this.opened.view.runsSince(mark);
    return {
      runs,
      executions: new Map(this.executions.executions),
      mistakes: [
        ...problems,
        ...this.executions.mistakes,
        ...compare(scenario.expected, runs),
        ...(scenario.check?.(runs) ?? []),
      ],
    };
  }

  /**
   * Ends the server as a kill would, right after its n-th commit from now. Starts it again with what the file held at that time.
   * The app keeps running.
   *
   * @param onCrash called at the crash
   */
  crashAfter(n: number, onCrash: () => void): void {
    let left = n;
    this.driver.onCommit = () => {
      if (--left > 0) return;
      this.driver.onCommit = undefined;
      onCrash();
      this.executions.serverDied();
      // A killed server makes no more calls.
      const caller = this.inngest.server.app.get(AppCaller);
      caller.stop();
      void caller.onApplicationShutdown();
      // All further statements of the killed server fail, so nothing that it still does reaches the file or a client.
      this.driver.arm(1, 'full', Number.POSITIVE_INFINITY);
      const copy = join(dirname(this.dataFile), `inngest-${++this.crashes}.db`);
      for (const part of ['', '-wal']) {
        if (existsSync(this.dataFile + part)) copyFileSync(this.dataFile + part, copy + part);
      }
      const release = this.inngest.clock.hold('a server that starts again');
      this.restarted = this.startAgain(copy).finally(release);
    };
  }

  async close(): Promise<void> {
    await this.restarted;
    await this.inngest.close();
    if (this.folder !== undefined) rmSync(this.folder, { recursive: true });
  }

  private async startAgain(copy: string): Promise<void> {
    await this.inngest.server.close();
    for (const part of ['', '-wal', '-shm', '.lock']) rmSync(this.dataFile + part, { force: true });
    this.dataFile = copy;
    this.inngest.server = await EmbeddedInngest.start({
      logger: false,
      ...this.options,
      dataFile: this.dataFile,
      port: 0,
      clock: this.inngest.clock,
    });
  }

  /** How many concurrency slots calls hold. The server counts them in memory. */
  private get slotsInUse(): number {
    return this.inngest.server.app.get(SlotStore).inUse;
  }

  private open(file: string): SqliteDriver {
    const inner = openDriver(file);
    this.opened = { driver: new FaultyDriver(inner), view: new DataFileView(inner) };
    return this.opened.driver;
  }

  /** The `fetch` of the SDK. It sends requests to the current server, because a restarted server has another address. */
  private readonly fetch: typeof fetch = async (input, init) => {
    const { origin, pathname, search } = new URL(input instanceof Request ? input.url : input);
    await this.restarted;
    return fetch(new URL(pathname + search, this.inngest?.server.url ?? origin), init);
  };
}

/** Compares the runs with those that the scenario expects. */
function compare(expected: readonly string[], runs: readonly EndedRun[]): string[] {
  const found = runs.map(({ fn, status, output }) => `${fn} ${status} ${output}`).toSorted();
  const left = [...found];
  const missing = expected.filter((each) => {
    const index = left.findIndex((run) => run === each || run.startsWith(`${each} `));
    if (index >= 0) left.splice(index, 1);
    return index < 0;
  });
  if (missing.length === 0 && left.length === 0) return [];
  return [`The runs are ${JSON.stringify(found)}, not ${JSON.stringify(expected)}.`];
}
