import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import type { LoggerService } from '@nestjs/common';
import express from 'express';
import { Inngest, type InngestFunction } from 'inngest';
import { serve } from 'inngest/express';
import { EmbeddedInngest } from '../../src/embedded/index.js';
import { Database } from '../../src/embedded/store/database.js';
import { SlotStore } from '../../src/embedded/store/slot.store.js';
import { openDriver } from '../../src/embedded/store/driver/open-driver.js';
import type { SqliteDriver } from '../../src/embedded/store/driver/sqlite-driver.js';
import { INNGEST_PATH } from '../../src/inngest/index.js';
import { silent } from './sdk-functions.js';

const LOOK_EVERY_MS = 10;

/** A server and an SDK app in real time, with a data file that another process can lock. */
export class LockedServer {
  /** The lines that the server logged about its data file. */
  readonly lines: string[] = [];
  /** The durations of failed statements, in milliseconds. Each of them blocked the event loop. */
  readonly failedMs: number[] = [];
  readonly dataFile: string;
  private readonly folder = mkdtempSync(join(tmpdir(), 'locked-'));
  private server!: EmbeddedInngest;
  private http!: Server;

  private constructor() {
    this.dataFile = join(this.folder, 'inngest.db');
  }

  static async start(define: (client: Inngest) => InngestFunction.Any[]): Promise<LockedServer> {
    const started = new LockedServer();
    await started.listen(define);
    return started;
  }

  get url(): string {
    return this.server.url;
  }

  /** How many slots calls hold. */
  get slotsInUse(): number {
    return this.server.app.get(SlotStore).inUse;
  }

  get db(): Database {
    return this.server.app.get(Database);
  }

  /** Sends events, and retries as the `Retry-After` header says. Returns the statuses of all answers; the last one is 200. */
  async send(events: readonly { name: string; id?: string }[]): Promise<number[]> {
    const statuses: number[] = [];
    for (;;) {
      const answer = await fetch(`${this.url}/e/test`, { method: 'POST', body: JSON.stringify(events) });
      await answer.text();
      statuses.push(answer.status);
      if (answer.status === 200) return statuses;
      const retryAfter = Number(answer.headers.get('retry-after'));
      if (!(retryAfter > 0)) throw new Error(`The answer ${answer.status} does not say when to try again.`);
      await pause(retryAfter * 1_000);
    }
  }

  /** Waits in real time until the condition holds. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await pause(LOOK_EVERY_MS);
  }

  /** The number of runs by status. */
  runs(): Record<string, number> {
    const rows = this.db.all<{ status: string; n: number }>(
      'SELECT status, count(*) AS n FROM run GROUP BY status',
    );
    return Object.fromEntries(rows.map(({ status, n }) => [status, n]));
  }

  async close(): Promise<void> {
    this.http.closeAllConnections();
    this.http.close();
    await this.server.close();
    rmSync(this.folder, { recursive: true });
  }

  private async listen(define: (client: Inngest) => InngestFunction.Any[]): Promise<void> {
    const { dataFile } = this;
    this.server = await EmbeddedInngest.start({
      port: 0,
      dataFile,
      logger: this.logger(),
      openDriver: (file) => this.timed(openDriver(file)),
    });
    const client = new Inngest({
      id: 'test',
      baseUrl: this.url,
      isDev: true,
      eventKey: 'test',
      logger: silent,
    });
    const app = express();
    app.use(INNGEST_PATH, express.json({ limit: '10mb' }), serve({ client, functions: define(client) }));
    this.http = app.listen(0, '127.0.0.1');
    await once(this.http, 'listening');
    await this.server.sync(`http://localhost:${(this.http.address() as AddressInfo).port}${INNGEST_PATH}`);
  }

  private logger(): LoggerService {
    const note = (message: unknown): void => {
      if (/data file/.test(String(message))) this.lines.push(String(message));
    };
    return { log: note, warn: note, error: note };
  }

  private timed(driver: SqliteDriver): SqliteDriver {
    const time = <T>(work: () => T): T => {
      const from = performance.now();
      try {
        return work();
      } catch (error) {
        this.failedMs.push(performance.now() - from);
        throw error;
      }
    };
    return {
      name: driver.name,
      exec: (sql) => time(() => driver.exec(sql)),
      prepare: (sql) => {
        const statement = driver.prepare(sql);
        return {
          run: (values) => time(() => statement.run(values)),
          get: (values) => time(() => statement.get(values)),
          all: (values) => time(() => statement.all(values)),
        };
      },
      close: () => driver.close(),
    };
  }
}
