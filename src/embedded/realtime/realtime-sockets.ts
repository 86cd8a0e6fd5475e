import { Injectable, type BeforeApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { WebSocketServer, type RawData, type WebSocket } from 'ws';
import type { Upgrade } from '../../guards/index.js';
import { Upgrades } from '../access/upgrades.js';
import { EmbeddedOptions } from '../settings/embedded-options.js';
import { isRecord } from '../../common/is-record.js';
import type { Topic } from './message.js';
import { RealtimeHub } from './realtime-hub.js';
import { parseTopics, RealtimeTokens } from './realtime-tokens.js';

/** How many subscribers there may be. */
const MAX_SOCKETS = 1_000;

/** A subscriber for which more bytes wait is cut off: it gets messages more slowly than they are published. */
const MAX_WAITING_BYTES = 1024 * 1024;

/** The largest message that a subscriber sends, in bytes: one names topics, or holds a token for some. */
const MAX_MESSAGE_BYTES = 128 * 1024;

const PATH = '/v1/realtime/connect';

/** Subscriptions over WebSocket. A token says to which topics. */
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
    if (!topics) return refuse('401 Unauthorized', 'The token is missing, too old, or not of this server.');
    if (this.sockets.clients.size >= this.maxSockets) {
      const why = `${this.maxSockets} subscribers are connected, and no more are served.`;
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
    client.on('message', (data) => this.obey(data, send));
    client.on('close', () => this.hub.unsubscribe(send));
    // A broken connection closes too.
    client.on('error', () => client.terminate());
  }

  /** A client may take on more topics, with a token for them, and give some up. */
  private obey(data: RawData, send: (json: Buffer) => void): void {
    const message = parse(data);
    if (message['kind'] === 'sub' && typeof message['data'] === 'string') {
      this.hub.subscribe(send, this.tokens.topicsOf(message['data']) ?? []);
    } else if (message['kind'] === 'unsub') {
      this.hub.unsubscribe(send, parseTopics(message['data']) ?? []);
    }
  }
}

/** Programs show their token so: the Go SDK does. Browsers cannot, and put it into the URL. */
function bearerOf(authorization: string | undefined): string | undefined {
  return /^Bearer\s+(\S+)$/i.exec(authorization ?? '')?.[1];
}

function parse(data: RawData): Record<string, unknown> {
  try {
    const message = JSON.parse((data as Buffer).toString('utf8')) as unknown;
    return isRecord(message) ? message : {};
  } catch {
    // What is no message means nothing, as on the real server.
    return {};
  }
}
