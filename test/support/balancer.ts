import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

export interface BalancerOptions {
  /** Whether to skip a replica whose `/health/ready` does not answer 200, as Kubernetes does. */
  readonly asksReadiness?: boolean;
}

/**
 * A load balancer: one address that passes each request to the next replica in turn. It skips a replica that accepts no
 * connection. If a replica breaks the connection off during a request, it answers 502, because the replica may have started the
 * work.
 */
export class Balancer {
  /** The number of requests that each replica answered, by its URL. */
  readonly counts = new Map<string, number>();
  private replicas: string[] = [];
  private turn = 0;

  private constructor(private readonly server: Server) {}

  static async start({ asksReadiness = false }: BalancerOptions = {}): Promise<Balancer> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const balancer = new Balancer(server);
    server.on('request', (incoming: IncomingMessage, response: ServerResponse) => {
      void balancer.serve(incoming, response, asksReadiness);
    });
    return balancer;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** @param url where the replica listens, such as `http://127.0.0.1:40123` */
  add(url: string): void {
    this.replicas.push(url);
  }

  remove(url: string): void {
    this.replicas = this.replicas.filter((replica) => replica !== url);
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private async serve(incoming: IncomingMessage, response: ServerResponse, asks: boolean): Promise<void> {
    const body = await buffer(incoming);
    for (const url of this.mapLimited()) {
      if (asks && !(await isReady(url))) continue;
      const outcome = await forward(incoming, body, url, response);
      if (outcome === 'not-connected') continue;
      if (outcome === 'answered') this.counts.set(url, (this.counts.get(url) ?? 0) + 1);
      else if (response.headersSent) response.destroy();
      else response.writeHead(502).end('the replica broke off');
      return;
    }
    response.writeHead(503).end('no replica');
  }

  private mapLimited(): string[] {
    const at = this.turn++ % Math.max(1, this.replicas.length);
    return [...this.replicas.slice(at), ...this.replicas.slice(0, at)];
  }
}

async function isReady(url: string): Promise<boolean> {
  const answer = await fetch(`${url}/health/ready`).catch(() => undefined);
  await answer?.body?.cancel();
  return answer?.ok ?? false;
}

function forward(
  { method, headers, url: path = '/' }: IncomingMessage,
  body: Buffer,
  url: string,
  response: ServerResponse,
): Promise<'answered' | 'not-connected' | 'broken-off'> {
  return new Promise((resolve) => {
    const outgoing = request(new URL(path, url), { method, headers: { ...headers, connection: 'close' } });
    let isConnected = false;
    outgoing.on('socket', (socket) => socket.once('connect', () => (isConnected = true)));
    outgoing.on('error', () => resolve(isConnected ? 'broken-off' : 'not-connected'));
    outgoing.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.on('error', () => resolve('broken-off')).on('end', () => resolve('answered'));
      answer.pipe(response);
    });
    outgoing.end(body);
  });
}
