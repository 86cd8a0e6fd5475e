import { createHash, randomFillSync } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { encodeTime } from 'ulid';
import { Clock } from '../../clock/index.js';

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const ENTROPY_BYTES = 10;
/** The entropy of a ULID consists of two halves of 40 bits, because numbers are faster than bigints. */
const HALF_BITS = 40;
const HALF_LIMIT = 2 ** HALF_BITS;
const HALF_LENGTH = 8;
/** How many random bytes are made at a time: making 10 bytes takes as long. */
const POOL_BYTES = 4_096;

/** Generates the server's identifiers. Most are ULIDs, which sort in the order in which they were made. */
@Injectable()
export class Ids {
  private lastTime = -1;
  /** The time and the first half of the entropy of the last ULID, encoded. */
  private prefix = '';
  private firstHalf = 0;
  private secondHalf = 0;
  private readonly pool = Buffer.alloc(POOL_BYTES);
  private used = POOL_BYTES;

  constructor(private readonly clock: Clock) {}

  /** A ULID for the current time. Later ULIDs sort after earlier ones, even within a millisecond. */
  ulid(): string {
    const now = this.clock.now();
    if (now > this.lastTime) {
      const random = this.random(ENTROPY_BYTES);
      // Half of all values, so that the later ULIDs of the millisecond have room.
      this.begin(now, Math.floor(random.readUIntBE(0, 5) / 2));
      this.secondHalf = random.readUIntBE(5, 5);
    } else if (++this.secondHalf === HALF_LIMIT) {
      this.begin(this.lastTime, this.firstHalf + 1);
      this.secondHalf = 0;
    }
    return this.prefix + encodeHalf(this.secondHalf);
  }

  /** A random number in [0, 1). */
  chance(): number {
    return this.random(4).readUInt32BE() / 2 ** 32;
  }

  /** An id for a queue item. */
  job(): string {
    return this.random(8).readBigUInt64BE().toString(36);
  }

  private begin(time: number, firstHalf: number): void {
    this.lastTime = time;
    this.firstHalf = firstHalf;
    this.prefix = encodeTime(time, 10) + encodeHalf(firstHalf);
  }

  /** Random bytes, which are used once. */
  private random(size: number): Buffer {
    if (this.used + size > POOL_BYTES) {
      randomFillSync(this.pool);
      this.used = 0;
    }
    this.used += size;
    return this.pool.subarray(this.used - size, this.used);
  }
}

/**
 * The event ids for a header `x-inngest-event-id-seed: <milliseconds>,<10 bytes in base64>`. A client that repeats a request
 * with the same seed gets the same ids. The first id has the seed's entropy plus one, each further id one more, as measured
 * on Inngest 1.43. Undefined when the seed is malformed.
 */
export function seededIds(seed: string, count: number): string[] | undefined {
  const [millis = '', base64 = ''] = seed.split(',');
  const time = Number(millis);
  const entropy = Buffer.from(base64, 'base64');
  if (!/^\d{1,15}$/.test(millis) || entropy.length !== ENTROPY_BYTES || time >= 2 ** 48) return undefined;
  const first = toBigInt(entropy) + 1n;
  return Array.from({ length: count }, (_, index) => ulidOf(time, first + BigInt(index)));
}

/** Whether `id` has the form of a ULID. */
export function isUlid(id: string): boolean {
  return /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/.test(id);
}

/** The smallest ULID of a millisecond. All older ULIDs sort before it. */
export function ulidFloor(time: number): string {
  return ulidOf(Math.max(0, time), 0n);
}

/** A UUID derived from a name, so that an app or a function keeps its id over restarts and syncs. */
export function uuidFor(kind: 'app' | 'function', name: string): string {
  const hex = createHash('sha1').update(`inngest:${kind}:${name}`).digest('hex');
  const variant = ((Number.parseInt(hex.slice(16, 18), 16) & 0x3f) | 0x80).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variant}${hex.slice(18, 20)}-${hex.slice(20, 32)}`;
}

function ulidOf(time: number, entropy: bigint): string {
  const half = (bits: bigint): string => encodeHalf(Number(BigInt.asUintN(HALF_BITS, bits)));
  return encodeTime(time, 10) + half(entropy >> BigInt(HALF_BITS)) + half(entropy);
}

/** Eight characters for 40 bits. */
function encodeHalf(half: number): string {
  let rest = half;
  let encoded = '';
  for (let index = 0; index < HALF_LENGTH; index++) {
    encoded = CROCKFORD.charAt(rest % 32) + encoded;
    rest = Math.floor(rest / 32);
  }
  return encoded;
}

function toBigInt(bytes: Buffer): bigint {
  return BigInt(`0x${bytes.toString('hex')}`);
}
