import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * A load balancer: one address, with each request for the next of its replicas in turn. A replica that does not take the connection
 * is passed over; one that breaks off in the middle of a request is answered 502, as its work may have begun.
 */
export class Balancer {
  /** How many requests each replica got, by its URL. */
  readonly counts = new Map<string, number>();
  private replicas: string[] = [];
  private turn = 0;

  private constructor(private readonly server: Server) {}

  static async start(): Promise<Balancer> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const balancer = new Balancer(server);
    server.on('request', (incoming: IncomingMessage, response: ServerResponse) => {
      const [first, ...others] = balancer.inTurn();
      void forward(incoming, response, first, others, (url) => balancer.count(url));
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

  private inTurn(): string[] {
    const at = this.turn++ % Math.max(1, this.replicas.length);
    return [...this.replicas.slice(at), ...this.replicas.slice(0, at)];
  }

  private count(url: string): void {
    this.counts.set(url, (this.counts.get(url) ?? 0) + 1);
  }
}

async function forward(
  incoming: IncomingMessage,
  response: ServerResponse,
  replica: string | undefined,
  others: readonly string[],
  count: (url: string) => void,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  const next = (url: string | undefined, rest: readonly string[]): void => {
    if (url === undefined) {
      response.writeHead(503).end('no replica');
      return;
    }
    const { method, headers, url: path = '/' } = incoming;
    const outgoing = request(new URL(path, url), { method, headers: { ...headers, connection: 'close' } });
    let isConnected = false;
    outgoing.on('socket', (socket) => socket.once('connect', () => (isConnected = true)));
    outgoing.on('response', (answer) => {
      count(url);
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.on('error', () => response.destroy()).pipe(response);
    });
    outgoing.on('error', () => {
      if (!isConnected) next(rest[0], rest.slice(1));
      else if (response.headersSent) response.destroy();
      else response.writeHead(502).end('the replica broke off');
    });
    outgoing.end(body);
  };
  next(replica, others);
}
