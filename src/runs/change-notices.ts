import { Injectable } from '@nestjs/common';
import { Clock, type Release } from '../clock/index.js';
import { noticesOf, type ChangeNotice } from './change-stream.js';
import { InngestApi } from './inngest-api.js';

/**
 * The delays before a broken stream is opened again, in milliseconds: the first delay, which doubles after each
 * failure, and the longest.
 */
const REOPEN_AFTER_MS = 500;
const REOPEN_AT_MOST_AFTER_MS = 30_000;

/** A listener to changes. */
export interface ChangeListener {
  /** Something has changed. */
  changed(notice: ChangeNotice): void;
  /**
   * Reports whether the listener receives all changes from now on, or none. After `true` it must read the state itself,
   * because it may have missed earlier changes.
   */
  connected(isConnected: boolean): void;
}

/**
 * Notifies listeners of changes at Inngest, if the server has a stream of changes. All listeners share one stream,
 * which is open while there are listeners. If the server has no stream, it is requested again when the first listener
 * comes after a time without listeners.
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

  /** Whether listeners currently receive every change. */
  get isConnected(): boolean {
    return this.connected;
  }

  /** Adds a listener. @returns a function that removes it */
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
      // Hold virtual time, because no notice reports a change that happens while the stream is opened.
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
        // The code below informs the listeners. They poll until the stream is open again.
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

/** Resolves after this many milliseconds, or when the signal aborts. A virtual clock does not advance for it. */
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
