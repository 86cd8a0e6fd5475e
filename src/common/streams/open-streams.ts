import { HttpException } from '@nestjs/common';
import type { Request, Response } from 'express';
import { EventStream, type StreamLimits } from './event-stream.js';

export interface OpenStreamsOptions extends Partial<StreamLimits> {
  /** How many may be open at the same time. */
  count?: number;
}

const COUNT = 1_000;
/** Beside what the operating system holds for a connection. */
const BUFFER_BYTES = 64 * 1024;
const PATIENCE_MS = 30_000;

/** When somebody who was refused because of the others is to try again, in seconds. */
const RETRY_AFTER_S = 5;

/** The streams that a server has open: so many, and so much memory each. */
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

  /** Answers a request with a stream. @throws HttpException 503 when there are too many already */
  open(request: Request, response: Response): EventStream {
    if (this.streams.size >= this.count) {
      response.setHeader('retry-after', String(RETRY_AFTER_S));
      const error = 'Service Unavailable';
      const message = `${this.count} streams are open, and no more are served. Close one, or try again later.`;
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

  /** Ends all of them: a server that stops would wait for them. */
  endAll(): void {
    for (const stream of this.streams) stream.end();
  }
}
