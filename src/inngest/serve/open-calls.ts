import type { ServerResponse } from 'node:http';
import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';

/** Tracks the calls that this app has not answered yet. */
@Injectable()
export class OpenCalls implements BeforeApplicationShutdown {
  private readonly open = new Map<ServerResponse, Promise<void>>();
  private isClosing = false;

  /** Tracks a call until its response has been sent or aborted. */
  add(response: ServerResponse): void {
    const ended = new Promise<void>((resolve) => response.once('close', resolve));
    this.open.set(response, ended);
    void ended.then(() => this.open.delete(response));
    if (this.isClosing) endConnectionAfter(response);
  }

  /** Waits until all calls that are open now have ended. It does not wait for later calls. */
  async ended(): Promise<void> {
    await Promise.all(this.open.values());
  }

  /**
   * Ends the connection of each open call after its answer. A closing server waits for connections, and these would be
   * kept alive for the next call: for 5 s on Express and 72 s on Fastify.
   */
  beforeApplicationShutdown(): void {
    this.isClosing = true;
    for (const response of this.open.keys()) endConnectionAfter(response);
  }
}

function endConnectionAfter(response: ServerResponse): void {
  // Sends "Connection: close", unless the headers have already been sent.
  response.shouldKeepAlive = false;
  response.once('finish', () => response.req.socket.end());
}
