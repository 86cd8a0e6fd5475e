import { createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Clock, type Release } from '../../clock/index.js';
import { sameSecret } from '../../common/same-secret.js';
import { EmbeddedOptions } from '../settings/embedded-options.js';
import { EndedSessionStore } from '../store/ended-session.store.js';
import { SigningKey } from './signing-key.js';

const COOKIE = 'inngest_session';

/** How long a login lasts, in seconds. */
const LASTS_S = 12 * 60 * 60;

/** A login that counts. */
export interface Session {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly endsAt: number;
}

/**
 * The logins to the dashboard. A login is a cookie, signed with a key that is derived from the signing key and the
 * dashboard's password: it survives a restart of the server, as a log out does, and ends when either of the two is replaced.
 */
@Injectable()
export class Sessions {
  private readonly signingKey: SigningKey | undefined;
  private readonly password: string | undefined;
  private readonly isSecure: boolean;
  private readonly cookieKey: Buffer;
  /** Sessions that were ended before their time, with that. */
  private readonly ended: Map<string, number>;
  private readonly listeners = new Map<string, Set<() => void>>();

  constructor(
    private readonly clock: Clock,
    { signingKey, dashboardPassword, dashboardOrigin }: EmbeddedOptions,
    private readonly stored: EndedSessionStore,
  ) {
    this.ended = stored.all();
    this.signingKey = signingKey === undefined ? undefined : new SigningKey(signingKey);
    this.password = dashboardPassword;
    this.isSecure = dashboardOrigin?.startsWith('https:') ?? false;
    const secrets = JSON.stringify([this.signingKey?.secret ?? null, dashboardPassword ?? null]);
    this.cookieKey = Buffer.from(hkdfSync('sha256', secrets, '', 'sessions of the dashboard', 32));
  }

  /** Whether people must log in: where the API asks for the signing key. */
  get areRequired(): boolean {
    return this.signingKey !== undefined;
  }

  /** Whether this is the signing key or the password of the dashboard. Constant time. */
  isSecret(text: string): boolean {
    const isKey = this.signingKey?.is(text) ?? false;
    const isPassword = this.password !== undefined && sameSecret(text, this.password);
    return isKey || isPassword;
  }

  /** The value of `Set-Cookie` that begins a session. */
  begin(): string {
    const endsAt = this.clock.now() + LASTS_S * 1_000;
    const id = randomBytes(16).toString('base64url');
    return this.setCookie(`${endsAt}.${id}.${this.signatureOf(endsAt, id)}`, LASTS_S);
  }

  /** Ends a session in this process, and returns the value of `Set-Cookie` with which the browser forgets it. */
  end(session: Session | undefined): string {
    if (session !== undefined) {
      for (const [id, endsAt] of this.ended) if (endsAt <= this.clock.now()) this.ended.delete(id);
      this.ended.set(session.id, session.endsAt);
      for (const listener of this.listeners.get(session.id) ?? []) listener();
    }
    return this.setCookie('', 0);
  }

  /** Stores which sessions were ended, as a part of the caller's transaction: also those that could not be stored before. */
  keepEnds(): void {
    this.stored.keep(this.ended, this.clock.now());
  }

  /** The session of a request. @param cookies the header `Cookie` */
  of(cookies: string | undefined): Session | undefined {
    if (cookies === undefined || !this.areRequired) return undefined;
    const [, value = ''] =
      cookies
        .split(';')
        .map((pair) => pair.trim().split('='))
        .find(([name]) => name === COOKIE) ?? [];
    const [endsAt = '', id = '', signature = '', ...rest] = value.split('.');
    if (rest.length > 0 || !/^\d+$/.test(endsAt)) return undefined;
    const isSigned = sameSecret(signature, this.signatureOf(Number(endsAt), id));
    if (!isSigned || Number(endsAt) <= this.clock.now() || this.ended.has(id)) return undefined;
    return { id, endsAt: Number(endsAt) };
  }

  /**
   * Calls `listener` when a session ends, by its time or by a log out: what was opened with it ends too.
   *
   * @returns what stops listening
   */
  onEnd({ id, endsAt }: Session, listener: () => void): Release {
    const cancel = this.clock.after(endsAt - this.clock.now(), listener, 'background');
    const listeners = this.listeners.get(id) ?? new Set();
    this.listeners.set(id, listeners.add(listener));
    return () => {
      cancel();
      listeners.delete(listener);
      if (listeners.size === 0) this.listeners.delete(id);
    };
  }

  private signatureOf(endsAt: number, id: string): string {
    return createHmac('sha256', this.cookieKey).update(`${endsAt}.${id}`).digest('base64url');
  }

  private setCookie(value: string, maxAgeS: number): string {
    const attributes = [`Max-Age=${maxAgeS}`, 'Path=/', 'HttpOnly', 'SameSite=Strict'];
    return [`${COOKIE}=${value}`, ...attributes, ...(this.isSecure ? ['Secure'] : [])].join('; ');
  }
}
