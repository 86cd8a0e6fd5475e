import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { ConnectTiming } from '../connections/connect-timing.js';

/**
 * How long a worker can open a connection with a token, in milliseconds, as on the real server. An open connection stays
 * open after that.
 */
const LIFETIME_MS = 5 * 60 * 1_000;

/** Makes and checks the tokens with which workers open connections. On a server with a signing key they must show it first. */
@Injectable()
export class SessionTokens {
  private readonly secret = randomBytes(32);

  constructor(private readonly timing: ConnectTiming) {}

  /** Makes a token for the connection with this id. */
  create(connectionId: string): string {
    const expiry = String(this.timing.clock.steady() + LIFETIME_MS);
    return `${expiry}.${this.sign(connectionId, expiry).toString('base64url')}`;
  }

  /** Whether this server made the token, for this connection, and it has not expired. */
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
