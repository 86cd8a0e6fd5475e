import { HttpException } from '@nestjs/common';
import type { Request, Response } from 'express';
import { EventStream, type StreamLimits } from './event-stream.js';

export interface OpenStreamsOptions extends Partial<StreamLimits> {
  /** How many may be open at the same time. */
  count?: number;
}

const COUNT = 1_000;
/** In addition to the buffers of the operating system for a connection. */
const BUFFER_BYTES = 64 * 1024;
const PATIENCE_MS = 30_000;

/** The `Retry-After` of a client that was refused because of other streams, in seconds. */
const RETRY_AFTER_S = 5;

/** The open streams of a server. It limits their number, and the memory of each. */
export class OpenStreams {
  private readonly streams = new Set<EventStream>();
  private readonly count: number;
  private readonly limits: StreamLimits;

  constructor({
    count = COUNT,
    bufferBytes = BUFFER_BYTES,
    patienceMs = PATIENCE_MS,
  }: OpenStreamsOptions = {}) {
    this.count = count;
    this.limits = { bufferBytes, patienceMs };
  }

  get size(): number {
    return this.streams.size;
  }

  /** Answers a request with a stream. @throws HttpException 503 if there are too many streams */
  open(request: Request, response: Response): EventStream {
    if (this.streams.size >= this.count) {
      response.setHeader('retry-after', String(RETRY_AFTER_S));
      const error = 'Service Unavailable';
      const message = `All ${this.count} streams are in use. Close one, or try again later.`;
      throw new HttpException({ statusCode: 503, error, message }, 503);
    }
    const stream = new EventStream(request, response, this.limits);
    if (stream.signal.aborted) return stream;
    this.streams.add(stream);
    stream.signal.addEventListener('abort', () => this.streams.delete(stream), { once: true });
    return stream;
  }

  /** Writes a message to all of them. */
  writeToAll(message: Buffer): void {
    for (const stream of this.streams) stream.write(message);
  }

  /** Ends all streams, because a stopping server would wait for them. */
  endAll(): void {
    for (const stream of this.streams) stream.end();
  }
}
