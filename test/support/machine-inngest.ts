import { once } from 'node:events';
import type { Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import express from 'express';
import { Inngest, type InngestFunction } from 'inngest';
import { serve } from 'inngest/express';
import { SystemClock, type Release } from '../../src/clock/index.js';
import { EmbeddedInngest } from '../../src/embedded/index.js';
import { INNGEST_PATH } from '../../src/inngest/index.js';
import type { FakeMachine } from './fake-machine.js';
import type { Event, Run } from '../../src/testing/nest.js';
import { silent } from './sdk-functions.js';

/** A clock that counts the work in progress, so that a test can wait until it has finished before it lets time pass. */
class WatchedClock extends SystemClock {
  private busy = 0;

  override hold(): Release {
    this.busy++;
    let isHeld = true;
    return () => {
      if (isHeld) this.busy--;
      isHeld = false;
    };
  }

  override async calling<T>(what: string, work: (headers: Record<string, string>) => Promise<T>): Promise<T> {
    const release = this.hold();
    try {
      return await super.calling(what, work);
    } finally {
      release();
    }
  }

  async settled(): Promise<void> {
    for (let quiet = 0; quiet < 3; quiet++) {
      await nextTurn();
      if (this.busy > 0) quiet = -1;
    }
  }
}

/** An embedded server on the system clock of a simulated machine, and an app that the server calls. */
export class MachineInngest {
  private constructor(
    private readonly machine: FakeMachine,
    private readonly dataFile: string | undefined,
    private readonly http: HttpServer,
    private clock: WatchedClock,
    private server: EmbeddedInngest,
  ) {}

  static async start(
    machine: FakeMachine,
    define: (client: Inngest) => InngestFunction.Any[],
    dataFile?: string,
  ): Promise<MachineInngest> {
    const app = express();
    const http = app.listen(0, '127.0.0.1');
    await once(http, 'listening');
    const clock = new WatchedClock(machine.sources);
    const server = await startServer(clock, dataFile);
    const client = new Inngest({
      id: 'test',
      baseUrl: server.url,
      isDev: true,
      eventKey: 'test',
      logger: silent,
    });
    app.use(INNGEST_PATH, express.json(), serve({ client, functions: define(client) }));
    const inngest = new MachineInngest(machine, dataFile, http, clock, server);
    await server.sync(`http://localhost:${(http.address() as AddressInfo).port}${INNGEST_PATH}`);
    await clock.settled();
    return inngest;
  }

  /** Sends one event. Returns its id. */
  async send(event: Event): Promise<string> {
    const answer = await fetch(`${this.server.url}/e/test`, { method: 'POST', body: JSON.stringify(event) });
    const { ids } = (await answer.json()) as { ids: [string] };
    await this.clock.settled();
    return ids[0];
  }

  /** The runs of an event, oldest first. */
  async runs(eventId: string): Promise<Run[]> {
    return (await this.get<{ data?: Run[] }>(`/api/v2/events/${eventId}/runs?includeOutput=true`)).data ?? [];
  }

  async get<T>(path: string): Promise<T> {
    return (await (await fetch(this.server.url + path)).json()) as T;
  }

  /** Lets `ms` milliseconds pass, and awaits everything that happens meanwhile. */
  async pass(ms: number): Promise<void> {
    await this.machine.runSettled(ms, () => this.clock.settled());
  }

  /** Stops the server for `downMs` milliseconds, then starts another one with a new clock on the same data file. */
  async restart(downMs: number): Promise<void> {
    await this.server.drain(0);
    await this.server.close();
    this.machine.run(downMs);
    this.clock = new WatchedClock(this.machine.sources);
    this.server = await startServer(this.clock, this.dataFile);
    await this.clock.settled();
  }

  async close(): Promise<void> {
    await this.server.drain(0);
    this.http.closeAllConnections();
    this.http.close();
    await this.server.close();
  }
}

function startServer(clock: SystemClock, dataFile: string | undefined): Promise<EmbeddedInngest> {
  return EmbeddedInngest.start({
    port: 0,
    clock,
    logger: false,
    ...(dataFile !== undefined && { dataFile }),
  });
}
