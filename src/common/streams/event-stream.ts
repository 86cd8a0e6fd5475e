import type { Request, Response } from 'express';

/** One message of a stream of Server-Sent Events. */
export interface StreamMessage {
  id?: string;
  type?: string;
  /** Sent as JSON. */
  data: unknown;
}

/** The limits for a slow reader of a stream. */
export interface StreamLimits {
  /** How many bytes may wait for one reader when another message is written. */
  bufferBytes: number;
  /**
   * How long a reader may take for a message, in milliseconds of real time, because readers do not know virtual time.
   */
  patienceMs: number;
}

/** How long a reader may take for the rest of a stream that has ended, in milliseconds. */
const END_WITHIN_MS = 1_000;

/** Encodes a message, to be written to one or more streams. */
export function encode({ id, type, data }: StreamMessage): Buffer {
  const line = (name: string, value: string): string => `${name}: ${value.replace(/[\r\n]/g, '')}\n`;
  const head = (type === undefined ? '' : line('event', type)) + (id === undefined ? '' : line('id', id));
  return Buffer.from(`${head}${line('data', JSON.stringify(data))}\n`);
}

/**
 * A response that stays open (Server-Sent Events). Messages wait in memory until the reader takes them, up to a limit.
 * A reader beyond the limit is disconnected; browsers then reconnect.
 */
export class EventStream {
  private waiting = 0;
  private readonly closed = new AbortController();

  /** Sends the headers, and ends the stream if the reader has already gone. */
  constructor(
    request: Request,
    private readonly response: Response,
    private readonly limits: StreamLimits,
  ) {
    if (request.socket.destroyed) {
      this.closed.abort();
      return;
    }
    request.socket.setKeepAlive(true, 30_000);
    request.socket.setNoDelay(true);
    request.socket.setTimeout(0);
    response.once('close', () => this.closed.abort());
    response.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'private, no-cache, no-store, must-revalidate, max-age=0, no-transform',
      'x-accel-buffering': 'no',
      // Do not keep the connection for another request: a stopping server would wait for it.
      connection: 'close',
    });
    response.write('\n');
    if (request.method === 'HEAD') this.end();
  }

  /** Aborts when the stream has ended, by the server or by the reader. */
  get signal(): AbortSignal {
    return this.closed.signal;
  }

  /** How many bytes wait for the reader. */
  get waitingBytes(): number {
    return this.waiting;
  }

  /** Sends a message, or disconnects the reader if too much waits for it. */
  write(message: Buffer): void {
    if (this.signal.aborted || this.response.writableEnded) return;
    if (this.waiting > this.limits.bufferBytes) {
      this.cut();
      return;
    }
    this.waiting += message.length;
    this.response.write(message, () => (this.waiting -= message.length));
  }

  /**
   * Sends a message after the reader has taken all messages before it, for streams whose messages can wait. Disconnects
   * the reader if it takes too long. Resolves when the message has been written or the stream has ended.
   */
  async send(message: Buffer): Promise<void> {
    this.write(message);
    if (!this.response.writableNeedDrain || this.signal.aborted) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => this.cut(), this.limits.patienceMs);
      timer.unref();
      const done = (): void => {
        clearTimeout(timer);
        this.response.off('drain', done).off('close', done);
        resolve();
      };
      this.response.once('drain', done).once('close', done);
    });
  }

  /** Ends the stream. The reader must take the remaining messages soon. */
  end(): void {
    if (this.signal.aborted) return;
    this.response.end();
    const timer = setTimeout(() => this.cut(), END_WITHIN_MS);
    this.signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
  }

  private cut(): void {
    this.response.destroy();
  }
}
