import { Injectable } from '@nestjs/common';
import { Clock, type Release } from '../clock/index.js';
import { noticesOf, type ChangeNotice } from './change-stream.js';
import { InngestApi } from './inngest-api.js';

/** When a stream that broke off is opened again, in milliseconds; doubled after each failure, up to the second. */
const REOPEN_AFTER_MS = 500;
const REOPEN_AT_MOST_AFTER_MS = 30_000;

/** Hears of changes. */
export interface ChangeListener {
  /** Something has changed. */
  changed(notice: ChangeNotice): void;
  /** From now on every change is told, or none is: what happened before is to be read. */
  connected(isConnected: boolean): void;
}

/**
 * Tells what changes at Inngest where the server has a stream of changes. All listeners share one stream, which is open
 * while there are any. A server without one is asked for it again when listeners come after a while without any.
 */
@Injectable()
export class ChangeNotices {
  private readonly listeners = new Set<ChangeListener>();
  private stream: AbortController | undefined;
  private connected = false;

  constructor(
    private readonly api: InngestApi,
    private readonly clock: Clock,
  ) {}

  /** Whether every change is told at the moment. */
  get isConnected(): boolean {
    return this.connected;
  }

  /** @returns ends the listening */
  listen(listener: ChangeListener): Release {
    this.listeners.add(listener);
    if (!this.stream) {
      this.stream = new AbortController();
      void this.follow(this.stream.signal);
    }
    return () => {
      this.listeners.delete(listener);
      if (this.listeners.size > 0) return;
      this.stream?.abort();
      this.stream = undefined;
      this.connected = false;
    };
  }

  private async follow(signal: AbortSignal): Promise<void> {
    for (let failures = 0; !signal.aborted;) {
      // A change that comes while it is opened is told by nobody.
      const letTimePass = this.clock.hold('the stream of changes is opened');
      try {
        const stream = await this.api.changes(signal).finally(letTimePass);
        if (stream === undefined) return;
        failures = 0;
        this.tellConnected(true, signal);
        for await (const notice of noticesOf(stream)) {
          if (signal.aborted) return;
          for (const listener of this.listeners) listener.changed(notice);
        }
      } catch {
        // Listeners learn below that nothing is told, and look for themselves meanwhile.
        failures++;
      }
      this.tellConnected(false, signal);
      const wait = Math.min(REOPEN_AFTER_MS * 2 ** failures, REOPEN_AT_MOST_AFTER_MS);
      await pause(this.clock, wait, signal);
    }
  }

  private tellConnected(isConnected: boolean, { aborted }: AbortSignal): void {
    if (aborted || this.connected === isConnected) return;
    this.connected = isConnected;
    for (const listener of this.listeners) listener.connected(isConnected);
  }
}

/** Resolves after so many milliseconds, or when the signal is aborted. Virtual time does not move for its sake. */
export function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      cancel();
      signal.removeEventListener('abort', done);
      resolve();
    };
    const cancel = clock.after(ms, done, 'background');
    signal.addEventListener('abort', done);
  });
}
