import { createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Clock, type Release } from '../../clock/index.js';
import { sameSecret } from '../../common/same-secret.js';
import { EmbeddedOptions } from '../settings/embedded-options.js';
import { EndedSessionStore } from '../store/ended-session.store.js';
import { SigningKey } from './signing-key.js';

const COOKIE = 'inngest_session';

/** How long a login lasts, in seconds. */
const LIFETIME_S = 12 * 60 * 60;

/** A valid login. */
export interface Session {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly endsAt: number;
}

/**
 * The logins to the dashboard. A login is a cookie, signed with a key that is derived from the signing key and the
 * dashboard's password. So it survives a restart of the server, as a logout does, and becomes invalid when either of the
 * two is replaced.
 */
@Injectable()
export class Sessions {
  private readonly signingKey: SigningKey | undefined;
  private readonly password: string | undefined;
  private readonly isSecure: boolean;
  private readonly cookieKey: Buffer;
  /** The ids of sessions that people have logged out of, with the time at which they would have ended. */
  private ended = new Map<string, number>();
  private readonly listeners = new Map<string, Set<() => void>>();

  constructor(
    private readonly clock: Clock,
    { signingKey, dashboardPassword, dashboardOrigin }: EmbeddedOptions,
    private readonly stored: EndedSessionStore,
  ) {
    this.signingKey = signingKey === undefined ? undefined : new SigningKey(signingKey);
    this.password = dashboardPassword;
    this.isSecure = dashboardOrigin?.startsWith('https:') ?? false;
    const secrets = JSON.stringify([this.signingKey?.secret ?? null, dashboardPassword ?? null]);
    this.cookieKey = Buffer.from(hkdfSync('sha256', secrets, '', 'sessions of the dashboard', 32));
  }

  /** Reads which sessions have ended. Called once, before the first request. */
  load(): void {
    this.ended = this.stored.all();
  }

  /** Whether people must log in. They must if the server has a signing key. */
  get areRequired(): boolean {
    return this.signingKey !== undefined;
  }

  /** Whether `text` is the signing key or the password of the dashboard. Takes constant time. */
  isSecret(text: string): boolean {
    const isKey = this.signingKey?.is(text) ?? false;
    const isPassword = this.password !== undefined && sameSecret(text, this.password);
    return isKey || isPassword;
  }

  /** Begins a session. Returns the value of `Set-Cookie`. */
  begin(): string {
    const endsAt = this.clock.now() + LIFETIME_S * 1_000;
    const id = randomBytes(16).toString('base64url');
    return this.setCookie(`${endsAt}.${id}.${this.signatureOf(endsAt, id)}`, LIFETIME_S);
  }

  /** Ends a session in this process. Returns the value of `Set-Cookie` that makes the browser forget it. */
  end(session: Session | undefined): string {
    if (session !== undefined) {
      for (const [id, endsAt] of this.ended) if (endsAt <= this.clock.now()) this.ended.delete(id);
      this.ended.set(session.id, session.endsAt);
      for (const listener of this.listeners.get(session.id) ?? []) listener();
    }
    return this.setCookie('', 0);
  }

  /** Stores which sessions have ended, in the caller's transaction, including those that could not be stored before. */
  keepEnds(): void {
    this.stored.keep(this.ended, this.clock.now());
  }

  /** The valid session of a request, or undefined. @param cookies the header `Cookie` */
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
   * Calls `listener` when a session expires or its person logs out, so that streams opened with the session can end too.
   *
   * @returns a function that removes the listener
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
