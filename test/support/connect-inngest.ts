import type { WebSocket } from 'ws';
import { VirtualClock } from '../../src/clock/index.js';
import { EmbeddedInngest } from '../../src/embedded/index.js';
import { GatewaySockets } from '../../src/embedded/gateway/gateway-sockets.js';
import { VirtualInngest, type ServerOptions } from '../../src/testing/virtual-inngest.js';

/** A server in virtual time to which workers connect. The time that workers have to speak is one of its own. */
export class ConnectInngest extends VirtualInngest {
  private constructor(
    clock: VirtualClock,
    server: EmbeddedInngest,
    /** By which leases and heartbeats are measured. It stands still unless it is moved. */
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

  /** The server's ends of the connections. */
  get sockets(): Iterable<WebSocket> {
    return this.server.app.get(GatewaySockets).open;
  }

  /** Resolves when the server knows of so many connections. */
  async untilConnected(count: number): Promise<void> {
    while ([...this.sockets].length !== count) await new Promise((resolve) => setImmediate(resolve));
  }

  async close(): Promise<void> {
    await this.stop();
    await this.server.close();
  }
}
