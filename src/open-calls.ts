import type { IncomingMessage, Server, ServerResponse } from 'node:http';

/** The calls of Inngest that a worker has not answered yet. */
export class OpenCalls {
  private readonly open = new Set<Promise<void>>();

  /** @param path of the endpoint that is called, such as `/api/inngest` */
  constructor(server: Server, path: string) {
    server.prependListener('request', ({ method, url = '' }: IncomingMessage, response: ServerResponse) => {
      if (method !== 'POST' || new URL(url, 'http://localhost').pathname !== path) return;
      const ended = new Promise<void>((resolve) => response.once('close', resolve));
      this.open.add(ended);
      void ended.then(() => this.open.delete(ended));
    });
  }

  /** Waits until every call that is open now has been answered, or broken off. */
  async ended(): Promise<void> {
    await Promise.all(this.open);
  }
}
