import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { ConnectTiming } from '../connections/connect-timing.js';

/** For how long a connection can be made with a token, in milliseconds, as on the real server. One that is made lasts. */
const LIFETIME_MS = 5 * 60 * 1_000;

/** Tokens with which a worker that has shown the signing key, where there is one, opens a connection. */
@Injectable()
export class SessionTokens {
  private readonly secret = randomBytes(32);

  constructor(private readonly timing: ConnectTiming) {}

  /** A token for the connection of this id. */
  create(connectionId: string): string {
    const expiry = String(this.timing.clock.steady() + LIFETIME_MS);
    return `${expiry}.${this.sign(connectionId, expiry).toString('base64url')}`;
  }

  /** Whether this server has made the token, for this connection, and not too long ago. */
  isGood(token: string, connectionId: string): boolean {
    const [expiry = '', signature = ''] = token.split('.');
    const sent = Buffer.from(signature, 'base64url');
    const expected = this.sign(connectionId, expiry);
    return (
      sent.length === expected.length &&
      timingSafeEqual(sent, expected) &&
      Number(expiry) > this.timing.clock.steady()
    );
  }

  private sign(connectionId: string, expiry: string): Buffer {
    return createHmac('sha256', this.secret).update(`${connectionId}.${expiry}`).digest();
  }
}
