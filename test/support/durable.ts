import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClientOptions } from 'inngest';
import { EmbeddedInngest } from '../../src/embedded/index.js';
import type { InngestHarness, ServerOptions } from '../../src/testing/nest.js';
import { SdkApp, startFunctions, type Define } from './sdk-functions.js';

/** Functions that outlive the server: it keeps its state in a file, and may be ended and started again. */
export class Durable {
  /** Holds the data file. */
  readonly folder = mkdtempSync(join(tmpdir(), 'durable-'));
  /** Another one after each {@link crash}. */
  dataFile = join(this.folder, 'inngest.db');
  /** The names that {@link noted} was given, in the order of its calls. */
  readonly executed: string[] = [];
  private started: InngestHarness | undefined;
  private options: ServerOptions = {};

  /** Serves functions, registered with a server on the data file. */
  async start(define: Define, options: ServerOptions = {}): Promise<InngestHarness> {
    this.options = options;
    const server = { ...options, dataFile: this.dataFile };
    this.started = await startFunctions(define, { server, client: { fetch: this.fetch } });
    return this.started;
  }

  /** Another app on the same server. */
  startApp(
    id: string,
    define: Define,
    client: Partial<ClientOptions> & { port?: number } = {},
  ): Promise<SdkApp> {
    return SdkApp.start(this.inngest, id, define, { fetch: this.fetch, ...client });
  }

  get inngest(): InngestHarness {
    if (!this.started) throw new Error('Nothing has been started.');
    return this.started;
  }

  /** A step that notes that it was executed. */
  noted<T>(name: string, work: () => T): () => T {
    return () => {
      this.executed.push(name);
      return work();
    };
  }

  /**
   * Ends the server as kill -9 would do it now, and starts it again after `downMs` milliseconds on what is on the disk
   * at this moment. It has another URL afterwards.
   */
  async crash(downMs = 0): Promise<void> {
    const copy = `${this.dataFile}~`;
    for (const part of ['', '-wal']) {
      if (existsSync(this.dataFile + part)) copyFileSync(this.dataFile + part, copy + part);
    }
    await this.inngest.server.close();
    this.dataFile = copy;
    await this.inngest.advance(downMs);
    await this.startAgain();
  }

  /** Stops the server in good order, within `drainMs` milliseconds, and starts it again. As {@link crash} otherwise. */
  async restart(drainMs: number): Promise<void> {
    const { server } = this.inngest;
    const stopped = server.drain(drainMs).then(() => server.close());
    await this.inngest.advance(drainMs);
    await stopped;
    await this.startAgain();
  }

  private async startAgain(): Promise<void> {
    const { dataFile, options, inngest } = this;
    const given = { logger: false, ...options, dataFile, port: 0, clock: inngest.clock } as const;
    inngest.server = await EmbeddedInngest.start(given);
  }

  async close(): Promise<void> {
    await this.started?.close();
    rmSync(this.folder, { recursive: true });
  }

  /** An SDK's fetch: the server has another URL after each start. */
  private readonly fetch: typeof fetch = (input, init) => {
    const { origin, pathname, search } = new URL(input instanceof Request ? input.url : input);
    return fetch(new URL(pathname + search, this.started?.server.url ?? origin), init);
  };
}
