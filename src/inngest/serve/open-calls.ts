import type { ServerResponse } from 'node:http';
import { Injectable } from '@nestjs/common';

/** The calls of functions that this app has not answered yet. */
@Injectable()
export class OpenCalls {
  private readonly open = new Set<Promise<void>>();

  /** Counts a call until its response has been sent or broken off. */
  add(response: ServerResponse): void {
    const ended = new Promise<void>((resolve) => response.once('close', resolve));
    this.open.add(ended);
    void ended.then(() => this.open.delete(ended));
  }

  /** Waits until every call that is open now has ended. Calls that come later are not waited for. */
  async ended(): Promise<void> {
    await Promise.all(this.open);
  }
}
