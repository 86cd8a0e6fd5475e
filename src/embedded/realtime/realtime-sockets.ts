import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { WebSocketServer, type RawData, type WebSocket } from 'ws';
import { isLocal } from '../access/local-only.js';
import { EmbeddedOptions } from '../settings/embedded-options.js';
import { isRecord } from '../../common/is-record.js';
import type { RealtimeMessage, Topic } from './message.js';
import { RealtimeHub } from './realtime-hub.js';
import { parseTopics, RealtimeTokens } from './realtime-tokens.js';

const PATH = '/v1/realtime/connect';
/** To read the path of a request by. */
const BASE = 'http://localhost';

/**
 * Subscriptions over WebSocket. A token says to which topics; pages of any origin may come with one, because whoever
 * has it was given it.
 */
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
    server.on('upgrade', (request, socket, head) => this.upgrade(request, socket, head));
  }

  beforeApplicationShutdown(): void {
    for (const socket of this.sockets.clients) socket.terminate();
    this.sockets.close();
  }

  private upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // A client may break off while it is refused, and an error that nobody listens for ends the process.
    socket.on('error', () => socket.destroy());
    const { headers, url = '' } = request;
    if (!isLocal(headers.host, this.options.host)) {
      return refuse(
        socket,
        '403 Forbidden',
        `This server does not answer to the host "${headers.host ?? ''}".`,
      );
    }
    if (!URL.canParse(url, BASE)) return refuse(socket, '400 Bad Request', `"${url}" is not a URL.`);
    const { pathname, searchParams } = new URL(url, BASE);
    if (pathname !== PATH) {
      return refuse(socket, '404 Not Found', `There is nothing to connect to but ${PATH}.`);
    }
    const topics = this.tokens.topicsOf(searchParams.get('token') || bearerOf(headers.authorization) || '');
    if (!topics) {
      return refuse(socket, '401 Unauthorized', 'The token is missing, too old, or not of this server.');
    }
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

function refuse(socket: Duplex, status: string, why: string): void {
  const head = [
    `HTTP/1.1 ${status}`,
    'connection: close',
    'content-type: text/plain; charset=utf-8',
    `content-length: ${Buffer.byteLength(why)}`,
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${why}`);
}
