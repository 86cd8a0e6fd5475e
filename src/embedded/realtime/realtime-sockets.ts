import type { Server } from 'node:http';
import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { WebSocketServer, type RawData, type WebSocket } from 'ws';
import { serveUpgrades, type Upgrade } from '../../guards/index.js';
import { guardRulesOf } from '../access/guard-rules.js';
import { EmbeddedOptions } from '../settings/embedded-options.js';
import { isRecord } from '../../common/is-record.js';
import type { RealtimeMessage, Topic } from './message.js';
import { RealtimeHub } from './realtime-hub.js';
import { parseTopics, RealtimeTokens } from './realtime-tokens.js';

const PATH = '/v1/realtime/connect';

/** Subscriptions over WebSocket. A token says to which topics. */
@Injectable()
export class RealtimeSockets implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly sockets = new WebSocketServer({ noServer: true });

  constructor(
    private readonly host: HttpAdapterHost,
    private readonly hub: RealtimeHub,
    private readonly tokens: RealtimeTokens,
    private readonly options: EmbeddedOptions,
  ) {}

  onApplicationBootstrap(): void {
    const server = this.host.httpAdapter.getHttpServer() as Server;
    serveUpgrades(server, guardRulesOf(this.options), { [PATH]: (upgrade) => this.upgrade(upgrade) });
  }

  beforeApplicationShutdown(): void {
    for (const socket of this.sockets.clients) socket.terminate();
    this.sockets.close();
  }

  private upgrade({ request, socket, head, query, refuse }: Upgrade): void {
    const topics = this.tokens.topicsOf(query.get('token') ?? '');
    if (!topics) return refuse('401 Unauthorized', 'The token is missing, too old, or not of this server.');
    this.sockets.handleUpgrade(request, socket, head, (client) => this.serve(client, topics));
  }

  private serve(client: WebSocket, topics: readonly Topic[]): void {
    const send = (message: RealtimeMessage): void => client.send(JSON.stringify(message));
    this.hub.subscribe(send, topics);
    client.on('message', (data) => this.obey(data, send));
    client.on('close', () => this.hub.unsubscribe(send));
    // A broken connection closes too.
    client.on('error', () => client.terminate());
  }

  /** A client may take on more topics, with a token for them, and give some up. */
  private obey(data: RawData, send: (message: RealtimeMessage) => void): void {
    const message = parse(data);
    if (message['kind'] === 'sub' && typeof message['data'] === 'string') {
      this.hub.subscribe(send, this.tokens.topicsOf(message['data']) ?? []);
    } else if (message['kind'] === 'unsub') {
      this.hub.unsubscribe(send, parseTopics(message['data']) ?? []);
    }
  }
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
