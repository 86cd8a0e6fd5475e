import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClientOptions } from 'inngest';
import type { InngestHarness, ServerOptions } from './inngest-harness.js';
import { SdkApp, startFunctions, type Define } from './sdk-functions.js';

/** Functions that outlive the server: it keeps its state in a file, and may be ended and started again. */
export class Durable {
  /** Holds the data file. */
  readonly folder = mkdtempSync(join(tmpdir(), 'durable-'));
  readonly dataFile = join(this.folder, 'inngest.db');
  /** The names that {@link noted} was given, in the order of its calls. */
  readonly executed: string[] = [];
  private started: InngestHarness | undefined;

  /** Serves functions, registered with a server on the data file. */
  async start(define: Define, options: ServerOptions = {}): Promise<InngestHarness> {
    const server = { dataFile: this.dataFile, ...options };
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
