import { Injectable, type BeforeApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { WebSocketServer, type RawData, type WebSocket } from 'ws';
import type { Upgrade } from '../../guards/index.js';
import { Upgrades } from '../access/upgrades.js';
import { EmbeddedOptions } from '../settings/embedded-options.js';
import { isRecord } from '../../common/is-record.js';
import type { Topic } from './message.js';
import { RealtimeHub } from './realtime-hub.js';
import { parseTopics, RealtimeTokens } from './realtime-tokens.js';

/** The largest number of connected subscribers. */
const MAX_SOCKETS = 1_000;

/** The server disconnects a subscriber that is too slow: one for which more bytes than this wait to be sent. */
const MAX_WAITING_BYTES = 1024 * 1024;

/** The largest message that a subscriber may send, in bytes. It has the names of topics or a token for them. */
const MAX_MESSAGE_BYTES = 128 * 1024;

const PATH = '/v1/realtime/connect';

/** Serves subscriptions over WebSockets. The token of a client names the topics. */
@Injectable()
export class RealtimeSockets implements OnModuleInit, BeforeApplicationShutdown {
  private readonly sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_BYTES });
  private readonly maxSockets: number;
  private readonly maxWaiting: number;

  constructor(
    private readonly upgrades: Upgrades,
    private readonly hub: RealtimeHub,
    private readonly tokens: RealtimeTokens,
    options: EmbeddedOptions,
  ) {
    this.maxSockets = options.streams?.count ?? MAX_SOCKETS;
    this.maxWaiting = options.streams?.bufferBytes ?? MAX_WAITING_BYTES;
  }

  onModuleInit(): void {
    this.upgrades.serve(PATH, (upgrade) => this.upgrade(upgrade));
  }

  beforeApplicationShutdown(): void {
    for (const socket of this.sockets.clients) socket.terminate();
    this.sockets.close();
  }

  private upgrade({ request, socket, head, query, refuse }: Upgrade): void {
    const topics = this.tokens.topicsOf(query.get('token') || bearerOf(request.headers.authorization) || '');
    if (!topics)
      return refuse('401 Unauthorized', 'The token is missing, has expired, or was not made by this server.');
    if (this.sockets.clients.size >= this.maxSockets) {
      const why = `${this.maxSockets} subscribers are connected, which is the limit.`;
      return refuse('503 Service Unavailable', why, ['retry-after: 5']);
    }
    request.socket.setKeepAlive(true, 30_000);
    this.sockets.handleUpgrade(request, socket, head, (client) => this.serve(client, topics));
  }

  private serve(client: WebSocket, topics: readonly Topic[]): void {
    const send = (json: Buffer): void => {
      if (client.bufferedAmount > this.maxWaiting) client.terminate();
      else client.send(json, { binary: false });
    };
    this.hub.subscribe(send, topics);
    client.on('message', (data) => this.handle(data, send));
    client.on('close', () => this.hub.unsubscribe(send));
    // A `close` event follows.
    client.on('error', () => client.terminate());
  }

  /** Handles a client's message: it subscribes to more topics with a token for them, or unsubscribes from topics. */
  private handle(data: RawData, send: (json: Buffer) => void): void {
    const message = parse(data);
    if (message['kind'] === 'sub' && typeof message['data'] === 'string') {
      this.hub.subscribe(send, this.tokens.topicsOf(message['data']) ?? []);
    } else if (message['kind'] === 'unsub') {
      this.hub.unsubscribe(send, parseTopics(message['data']) ?? []);
    }
  }
}

/** Reads the token from the header, where the Go SDK puts it. Browsers cannot set the header and put it into the URL. */
function bearerOf(authorization: string | undefined): string | undefined {
  return /^Bearer\s+(\S+)$/i.exec(authorization ?? '')?.[1];
}

function parse(data: RawData): Record<string, unknown> {
  try {
    const message = JSON.parse((data as Buffer).toString('utf8')) as unknown;
    return isRecord(message) ? message : {};
  } catch {
    // Ignored, as on the real server.
    return {};
  }
}
