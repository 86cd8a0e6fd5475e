import type { Clock } from '../../../src/clock/index.js';
import type { Server } from '../expectations.js';

/** What a server in production asks for. */
export interface Keys {
  eventKey?: string;
  signingKey?: string;
}

/** The server that is being looked at. */
export interface Target extends Server {
  readonly url: string;
  /** The server's time. */
  readonly clock: Clock;
  readonly isRealTime: boolean;
  /** What the server waits before it tries again by itself, in seconds; undefined: its own backoff. */
  readonly retryInterval?: number;
  readonly eventKey: string;
  readonly signingKey?: string;

  /**
   * Lets time pass until `condition` holds.
   *
   * @throws Error when it does not in time
   */
  until(condition: () => boolean | Promise<boolean>, what: string): Promise<void>;
  /** Lets `ms` milliseconds pass. */
  pass(ms: number): Promise<void>;
  /** Has the server ask the app at `url` for its functions, where it can be told to. */
  sync?(url: string): Promise<void>;
  /**
   * Starts a server like this one, for a row that needs one to itself, where that can be done.
   *
   * @param options `retryInterval`: what it waits before it tries again by itself, in seconds
   */
  readonly another?: (options: { retryInterval?: number }) => Promise<Target>;
  close(): Promise<void>;
}
