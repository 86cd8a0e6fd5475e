import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { stackOf } from '../common/error-text.js';
import { listeningUrl } from '../common/listening-url.js';
import { refusalOf, type AllowedHosts } from '../guards/index.js';
import { MetricsReader } from './metrics-reader.js';

export interface MetricsServerOptions {
  /** 0 takes any free port. */
  readonly port: number;
  readonly host: string;
  /** The hosts that requests may name. */
  readonly hosts: AllowedHosts;
}

/** Serves only `GET /metrics`, on a separate port, without tokens. */
@Injectable()
export class MetricsServer implements OnApplicationShutdown {
  private readonly logger = new Logger('Metrics');
  private server: Server | undefined;

  constructor(private readonly metrics: MetricsReader) {}

  /**
   * Starts to listen.
   *
   * @returns the URL, such as `http://127.0.0.1:9464`
   * @throws the error of the operating system if the port is not available
   */
  async start({ port, host, hosts }: MetricsServerOptions): Promise<string> {
    const server = createServer((request, response) => void this.answer(request, response, hosts));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, resolve);
    });
    this.server = server;
    return listeningUrl(host, (server.address() as AddressInfo).port);
  }

  /** Closes after everything else, so that Prometheus can read the last values. */
  async onApplicationShutdown(): Promise<void> {
    const server = this.server;
    if (!server?.listening) return;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }

  /** Never rejects. */
  private async answer(
    request: IncomingMessage,
    response: ServerResponse,
    hosts: AllowedHosts,
  ): Promise<void> {
    const { method = '', url = '', headers } = request;
    const [path = ''] = url.split('?', 1);
    const refusal = refusalOf({ method, path, headers }, { hosts });
    if (refusal !== undefined) end(response, 403, refusal);
    else if (path !== '/metrics') end(response, 404, 'This port serves only GET /metrics.');
    else if (method !== 'GET' && method !== 'HEAD') end(response, 405, 'This port serves only GET /metrics.');
    else await this.send(response);
  }

  private async send(response: ServerResponse): Promise<void> {
    try {
      const text = await this.metrics.text();
      response.setHeader('content-type', this.metrics.contentType);
      response.end(text);
    } catch (error) {
      this.logger.error('The metrics could not be read.', stackOf(error));
      end(response, 500, 'The metrics could not be read; the log says why.');
    }
  }
}

function end(response: ServerResponse, status: number, reason: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' });
  response.end(`${reason}\n`);
}
