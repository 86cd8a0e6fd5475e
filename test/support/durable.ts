import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClientOptions } from 'inngest';
import { EmbeddedInngest } from '../../src/embedded/index.js';
import type { InngestHarness, ServerOptions } from '../../src/testing/nest.js';
import { SdkApp, startFunctions, type Define } from './sdk-functions.js';

/**
 * Functions that outlive their server. The server keeps its state in a file, and a test can stop or kill it and start it again.
 */
export class Durable {
  /** The folder of the data file. */
  readonly folder = mkdtempSync(join(tmpdir(), 'durable-'));
  /** Changes with each {@link crash}. */
  dataFile = join(this.folder, 'inngest.db');
  /** The names passed to {@link noted}, in order of execution. */
  readonly executed: string[] = [];
  private started: InngestHarness | undefined;
  private options: ServerOptions = {};

  /** Serves functions and registers them with a server that uses the data file. */
  async start(define: Define, options: ServerOptions = {}): Promise<InngestHarness> {
    this.options = options;
    const server = { ...options, dataFile: this.dataFile };
    this.started = await startFunctions(define, { server, client: { fetch: this.fetch } });
    return this.started;
  }

  /** Starts another app on the same server. */
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

  /** Wraps the body of a step so that each execution is recorded in {@link executed}. */
  noted<T>(name: string, work: () => T): () => T {
    return () => {
      this.executed.push(name);
      return work();
    };
  }

  /**
   * Ends the server as kill -9 would, and starts it again after `downMs` milliseconds with the data that is on the disk now. The
   * new server has another URL.
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

  /** Stops the server regularly, within `drainMs` milliseconds, and starts it again. The new server has another URL. */
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

  /** The `fetch` of the SDK. It redirects requests to the current server, because each start gives the server another URL. */
  private readonly fetch: typeof fetch = (input, init) => {
    const { origin, pathname, search } = new URL(input instanceof Request ? input.url : input);
    return fetch(new URL(pathname + search, this.started?.server.url ?? origin), init);
  };
}
