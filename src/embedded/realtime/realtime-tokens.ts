import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Clock } from '../../clock/index.js';
import { Ids } from '../store/ids.js';
import { isRecord } from '../../common/is-record.js';
import { ENVIRONMENT_ID, type Topic } from './message.js';

const ISSUER = 'rt.inngest.com';
const ACCOUNT_ID = '00000000-0000-4000-a000-000000000000';
/** How long a client can subscribe with a token, in seconds, as on Inngest 1.43. A subscription stays open after that. */
const LIFETIME_S = 60;

const HEADER = encode({ alg: 'HS256', typ: 'JWT' });

/**
 * Makes and reads the tokens (JWT) with which clients without a key may subscribe to topics. A token is valid for a minute,
 * so the secret does not have to outlive the process.
 */
@Injectable()
export class RealtimeTokens {
  private readonly secret = randomBytes(32);

  constructor(
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  create(topics: readonly Topic[]): string {
    const now = Math.floor(this.clock.now() / 1_000);
    const payload = encode({
      iss: ISSUER,
      sub: ACCOUNT_ID,
      exp: now + LIFETIME_S,
      iat: now,
      jti: this.ids.ulid(),
      env: ENVIRONMENT_ID,
      topics: topics.map((topic) => ({ kind: 'run', env_id: ENVIRONMENT_ID, ...topic })),
      publish: false,
    });
    return `${HEADER}.${payload}.${this.sign(payload).toString('base64url')}`;
  }

  /** The topics of a token; undefined when this server did not make the token, or when it has expired. */
  topicsOf(token: string): Topic[] | undefined {
    const [header, payload = '', signature = ''] = token.split('.');
    const sent = Buffer.from(signature, 'base64url');
    const expected = this.sign(payload);
    if (header !== HEADER || sent.length !== expected.length || !timingSafeEqual(sent, expected)) {
      return undefined;
    }
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as unknown;
    if (!isRecord(claims) || Number(claims['exp']) * 1_000 <= this.clock.now()) return undefined;
    return parseTopics(claims['topics']);
  }

  private sign(payload: string): Buffer {
    return createHmac('sha256', this.secret).update(`${HEADER}.${payload}`).digest();
  }
}

/** Reads a list of topics; undefined when `raw` is not one. */
export function parseTopics(raw: unknown): Topic[] | undefined {
  if (!Array.isArray(raw)) return undefined;
  const topics = raw.map((topic: unknown) => {
    const { channel, name } = isRecord(topic) ? topic : {};
    return typeof channel === 'string' && typeof name === 'string' ? { channel, name } : undefined;
  });
  return topics.every((topic) => topic !== undefined) ? topics : undefined;
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
