import type { IncomingMessage, ServerResponse } from 'node:http';
import { readableJson } from '../readable-json.js';
import { BodyError } from './body.error.js';
import { ByteBudget, Share } from './byte-budget.js';
import { readBody } from './read-body.js';

/**
 * All bodies that a server reads at the same time. Twice the largest that is accepted, so one large body is read whatever
 * else goes on, and a flood of compressed ones cannot become gigabytes.
 */
const ALL_BODIES_BYTES = 128 * 1024 * 1024;

/** A sender from which nothing arrives for so long is cut off: what it has sent keeps memory from others. */
const IDLE_MS = 10_000;
/** A body takes at most a minute. */
const IDLE_TIMES = 6;

/** When a sender that was refused because of the others is to try again, in seconds. */
const RETRY_AFTER_S = 1;

export interface BodyReaderOptions {
  /** The bytes of all bodies together. */
  allBytes?: number;
  /** How long a sender may be silent, in milliseconds; it has six times that for the whole body. */
  idleMs?: number;
}

export interface JsonOptions {
  maxBytes: number;
  maxDepth?: number;
}

/**
 * Reads the bodies of requests, decompressed, within one limit for all of them. One for each server: what strangers
 * send to one does not keep the other from reading.
 *
 * What a body has taken of the limit it keeps until its request is answered, or, where an answer may take hours, until it
 * is parsed.
 */
export class BodyReader {
  private readonly budget: ByteBudget;
  private readonly idleMs: number;

  constructor({ allBytes = ALL_BODIES_BYTES, idleMs = IDLE_MS }: BodyReaderOptions = {}) {
    this.budget = new ByteBudget(allBytes);
    this.idleMs = idleMs;
  }

  /** How many bytes are held now. */
  get held(): number {
    return this.budget.taken;
  }

  /** The bytes of a body, none when there is no body. @throws BodyError */
  async raw(request: IncomingMessage, response: ServerResponse, maxBytes: number): Promise<Buffer> {
    const share = new Share(this.budget);
    response.once('close', () => share.release());
    return await this.read(request, response, maxBytes, share);
  }

  /**
   * A body that is JSON, under whatever type it comes; undefined when there is none. An object or an array: no endpoint
   * takes anything else.
   *
   * @param isLong whether the answer may take long, so that the bytes are given back before it
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
      return await readBody(request, { maxBytes, share, idleMs: this.idleMs, idleTimes: IDLE_TIMES });
    } catch (error) {
      if (error instanceof BodyError && !response.headersSent) {
        if (error.problem === 'busy') response.setHeader('retry-after', String(RETRY_AFTER_S));
        // What is still to come of a body that takes too long is not waited for.
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

/** An empty body is an empty object, as Express has it. */
function parse(bytes: Buffer): unknown {
  const text = new TextDecoder().decode(bytes);
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
