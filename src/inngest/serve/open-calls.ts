import type { ServerResponse } from 'node:http';
import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';

/** The calls of functions that this app has not answered yet. */
@Injectable()
export class OpenCalls implements BeforeApplicationShutdown {
  private readonly open = new Map<ServerResponse, Promise<void>>();
  private isClosing = false;

  /** Counts a call until its response has been sent or broken off. */
  add(response: ServerResponse): void {
    const ended = new Promise<void>((resolve) => response.once('close', resolve));
    this.open.set(response, ended);
    void ended.then(() => this.open.delete(response));
    if (this.isClosing) endConnectionAfter(response);
  }

  /** Waits until every call that is open now has ended. Calls that come later are not waited for. */
  async ended(): Promise<void> {
    await Promise.all(this.open.values());
  }

  /**
   * A closing server waits for the connections of calls under way, which would be kept for the next call: 5 s on Express,
   * 72 s on Fastify.
   */
  beforeApplicationShutdown(): void {
    this.isClosing = true;
    for (const response of this.open.keys()) endConnectionAfter(response);
  }
}

function endConnectionAfter(response: ServerResponse): void {
  // Says "Connection: close", if the headers are still to be sent.
  response.shouldKeepAlive = false;
  response.once('finish', () => response.req.socket.end());
}
