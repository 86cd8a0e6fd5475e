import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { VirtualClock } from '../clock/index.js';
import type { ClientLoan, SdkClient } from './client-loan.js';
import { sdkHandler, SERVE_PATH, type SdkFunction, type SdkHandler } from './sdk-handler.js';

/** Serves the functions of one client on a free port. */
export class ServedFunctions {
  private handler: SdkHandler | undefined;

  private constructor(
    readonly client: SdkClient,
    private readonly loan: ClientLoan,
    private readonly http: Server,
    private readonly clock: VirtualClock,
  ) {}

  /** @param loan {@link close} gives it back */
  static async listen(client: SdkClient, loan: ClientLoan, clock: VirtualClock): Promise<ServedFunctions> {
    const http = createServer();
    http.listen(0, '127.0.0.1');
    await once(http, 'listening');
    const served = new ServedFunctions(client, loan, http, clock);
    http.on('request', (request, response) => served.answer(request, response));
    return served;
  }

  /** The URL at which the server calls the functions. */
  get url(): string {
    return this.origin + SERVE_PATH;
  }

  /**
   * Replaces the served functions by these.
   *
   * @throws Error if the SDK refuses them
   */
  serve(functions: readonly SdkFunction[], serverUrl: string): void {
    this.handler = sdkHandler(this.client, functions, { serverUrl, origin: this.origin });
    this.loan.point();
  }

  async close(): Promise<void> {
    this.http.closeAllConnections();
    this.http.close();
    await once(this.http, 'close');
    this.loan.giveBack();
  }

  private get origin(): string {
    return `http://127.0.0.1:${(this.http.address() as AddressInfo).port}`;
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const closed = once(response, 'close');
    const work = async (): Promise<void> => {
      await this.handle(request, response);
      await closed;
    };
    // The clock tracks calls, so that it knows whether all of them wait for time to pass.
    void (request.method === 'POST' ? this.clock.serving(request.headers, work) : work());
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const { method = 'GET', headers } = request;
      const url = new URL(request.url ?? '', this.origin);
      const answer = await this.handler?.({ method, url, headers, body: await text(request) });
      if (answer) response.writeHead(answer.status, answer.headers).end(answer.body);
      else response.writeHead(503).end();
    } catch (error) {
      // The server then records a failed call.
      if (response.headersSent) response.destroy();
      else response.writeHead(500).end(String(error));
    }
  }
}
