import { Injectable, Logger, type BeforeApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { WebSocketServer, type WebSocket } from 'ws';
import { oneLine } from '../../common/printable.js';
import { MAX_RESPONSE_BYTES } from '../../common/inngest-limits.js';
import type { Upgrade } from '../../guards/index.js';
import { Upgrades } from '../access/upgrades.js';
import { ConnectedCaller } from '../connections/connected-caller.js';
import { ConnectTiming } from '../connections/connect-timing.js';
import { Connections } from '../connections/connections.js';
import { Registration } from '../registration/registration.js';
import { EmbeddedOptions } from '../settings/embedded-options.js';
import { GatewaySession, type SessionParts } from './gateway-session.js';
import { CloseCode } from './refused-worker.error.js';
import { SessionTokens } from './session-tokens.js';

/** The path at which workers connect. */
export const GATEWAY_PATH = '/v0/connect';

const SUBPROTOCOL = 'v0.connect.inngest.com';

/** The largest number of connected workers. */
const MAX_SOCKETS = 1_000;

/**
 * The largest message, in bytes. It is twice the limit of an answer, so that the run of an answer above the limit fails with
 * an error that names the reason. A larger message closes the connection.
 */
const MAX_MESSAGE_BYTES = 2 * MAX_RESPONSE_BYTES;

/** Serves the WebSockets that workers open with `connect()` of the SDKs, and over which the server calls them. */
@Injectable()
export class GatewaySockets implements OnModuleInit, BeforeApplicationShutdown {
  private readonly logger = new Logger('Inngest');
  private readonly sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE_BYTES,
    handleProtocols: (protocols) => (protocols.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
  });
  private readonly parts: SessionParts;

  constructor(
    private readonly upgrades: Upgrades,
    private readonly caller: ConnectedCaller,
    connections: Connections,
    registration: Registration,
    tokens: SessionTokens,
    timing: ConnectTiming,
    options: EmbeddedOptions,
  ) {
    this.parts = {
      connections,
      caller,
      registration,
      tokens,
      timing,
      areSigned: options.signingKey !== undefined,
      onRefused: (reason) => this.logger.error(`Refused the connection of a worker. ${oneLine(reason)}`),
    };
  }

  /** The sockets of all workers, for tests. */
  get open(): Iterable<WebSocket> {
    return this.sockets.clients;
  }

  onModuleInit(): void {
    this.upgrades.serve(GATEWAY_PATH, (upgrade) => this.upgrade(upgrade));
  }

  beforeApplicationShutdown(): void {
    this.caller.cutOff();
    // The SDK connects again when it gets this reason.
    for (const socket of this.sockets.clients) {
      socket.close(CloseCode.GoingAway, 'connect_gateway_closing');
      socket.terminate();
    }
    this.sockets.close();
  }

  private upgrade({ request, socket, head, refuse }: Upgrade): void {
    if (this.sockets.clients.size >= MAX_SOCKETS) {
      const why = `${MAX_SOCKETS} workers are connected, which is the limit.`;
      return refuse('503 Service Unavailable', why, ['retry-after: 5']);
    }
    request.socket.setKeepAlive(true, 30_000);
    const from = request.socket.remoteAddress;
    this.sockets.handleUpgrade(
      request,
      socket,
      head,
      (client) => new GatewaySession(client, from, this.parts),
    );
  }
}
