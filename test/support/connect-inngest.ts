import type { WebSocket } from 'ws';
import { VirtualClock } from '../../src/clock/index.js';
import { EmbeddedInngest } from '../../src/embedded/index.js';
import { GatewaySockets } from '../../src/embedded/gateway/gateway-sockets.js';
import { VirtualInngest, type ServerOptions } from '../../src/testing/virtual-inngest.js';

/** A server in virtual time to which workers connect. The deadlines of workers (heartbeats, leases) use a second clock. */
export class ConnectInngest extends VirtualInngest {
  private constructor(
    clock: VirtualClock,
    server: EmbeddedInngest,
    /** The clock for leases and heartbeats. It advances only when a test advances it. */
    readonly workerClock: VirtualClock,
    signingKey: string | undefined,
  ) {
    super(clock, server, signingKey);
  }

  static async start(options: ServerOptions = {}): Promise<ConnectInngest> {
    const clock = new VirtualClock();
    const workerClock = new VirtualClock();
    const server = await EmbeddedInngest.start({
      logger: false,
      ...options,
      connect: { clock: workerClock, ...options.connect },
      port: 0,
      clock,
    });
    return new ConnectInngest(clock, server, workerClock, options.signingKey);
  }

  /** The open WebSockets, as the server sees them. */
  get sockets(): Iterable<WebSocket> {
    return this.server.app.get(GatewaySockets).open;
  }

  /** Resolves when exactly `count` connections are open on the server. */
  async untilConnected(count: number): Promise<void> {
    while ([...this.sockets].length !== count) await new Promise((resolve) => setImmediate(resolve));
  }

  async close(): Promise<void> {
    await this.stop();
    await this.server.close();
  }
}
