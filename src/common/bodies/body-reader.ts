import type { IncomingMessage, ServerResponse } from 'node:http';
import { readableJson } from '../readable-json.js';
import { BodyError } from './body.error.js';
import { ByteBudget, Share } from './byte-budget.js';
import { readBody } from './read-body.js';
import { SlowSenders } from './slow-senders.js';

/**
 * The limit for all bodies that a server reads at the same time. It is twice the largest accepted body, so that one
 * large body can be read under load, and a flood of compressed bodies cannot become gigabytes.
 */
const ALL_BODIES_BYTES = 128 * 1024 * 1024;

/** After this time without a byte the reader aborts, because the received bytes use memory that other requests need. */
const IDLE_MS = 10_000;
/** A whole body may take this many times {@link IDLE_MS}: one minute. */
const IDLE_TIMES = 6;

/** The `Retry-After` of a request that was refused because of other requests, in seconds. */
const RETRY_AFTER_S = 1;

export interface BodyReaderOptions {
  /** The total bytes of all bodies in memory. */
  allBytes?: number;
  /** How long a sender may be silent, in milliseconds; it has six times that for the whole body. */
  idleMs?: number;
}

export interface JsonOptions {
  maxBytes: number;
  maxDepth?: number;
}

/**
 * Reads and decompresses the bodies of requests, within one limit for all of them. Each server has its own reader, so
 * that requests to one server do not prevent the other from reading.
 *
 * A body uses its share of the limit until its request is answered; or, if the answer may take hours, until it is
 * parsed.
 */
export class BodyReader {
  private readonly budget: ByteBudget;
  private readonly slowSenders: SlowSenders;

  constructor({ allBytes = ALL_BODIES_BYTES, idleMs = IDLE_MS }: BodyReaderOptions = {}) {
    this.budget = new ByteBudget(allBytes);
    this.slowSenders = new SlowSenders(idleMs, IDLE_TIMES);
  }

  /** How many bytes are currently in memory. */
  get held(): number {
    return this.budget.taken;
  }

  /** The bytes of a body; empty if the request has no body. @throws BodyError */
  async raw(request: IncomingMessage, response: ServerResponse, maxBytes: number): Promise<Buffer> {
    const share = new Share(this.budget);
    response.once('close', () => share.release());
    return await this.read(request, response, maxBytes, share);
  }

  /**
   * A body that is JSON, whatever its content type; undefined if there is none. It must be an object or an array,
   * because no endpoint accepts anything else.
   *
   * @param isLong whether the answer may take long, so that the bytes are released before it
   * @throws BodyError, or an HttpException of {@link readableJson}
   */
  async json(
    request: IncomingMessage,
    response: ServerResponse,
    { maxBytes, maxDepth }: JsonOptions,
    isLong = false,
  ): Promise<unknown> {
    if (!hasBody(request)) return undefined;
    const share = new Share(this.budget);
    if (!isLong) response.once('close', () => share.release());
    const bytes = await this.read(request, response, maxBytes, share);
    try {
      readableJson(maxDepth)(request, response, bytes, charsetOf(request));
      return parse(bytes);
    } finally {
      if (isLong) share.release();
    }
  }

  private async read(
    request: IncomingMessage,
    response: ServerResponse,
    maxBytes: number,
    share: Share,
  ): Promise<Buffer> {
    if (!hasBody(request)) return Buffer.alloc(0);
    try {
      return await readBody(request, { maxBytes, share, slowSenders: this.slowSenders });
    } catch (error) {
      if (error instanceof BodyError && !response.headersSent) {
        if (error.problem === 'busy') response.setHeader('retry-after', String(RETRY_AFTER_S));
        // Do not wait for the rest of a body that is too slow.
        if (error.problem === 'too slow') response.setHeader('connection', 'close');
      }
      throw error;
    }
  }
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || headers['content-length'] !== undefined;
}

function charsetOf({ headers }: IncomingMessage): string {
  return /;\s*charset\s*=\s*"?([^\s";]+)/i.exec(headers['content-type'] ?? '')?.[1] ?? 'utf-8';
}

const DECODER = new TextDecoder();

/** As in Express, an empty body is an empty object. */
function parse(bytes: Buffer): unknown {
  const text = DECODER.decode(bytes);
  if (text === '') return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new BodyError('not JSON', (error as Error).message);
  }
  if (typeof value === 'object' && value !== null) return value;
  throw new BodyError('not JSON', 'the request body must be a JSON object or array');
}
