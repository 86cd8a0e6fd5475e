import type { Clock } from '../../../src/clock/index.js';
import type { Server } from '../expectations.js';

/** The keys that a production server requires. */
export interface Keys {
  eventKey?: string;
  signingKey?: string;
}

/** The server under test. */
export interface Target extends Server {
  readonly url: string;
  /** The server's clock. */
  readonly clock: Clock;
  readonly isRealTime: boolean;
  /** The server's retry interval, in seconds; undefined if the server uses its own backoff. */
  readonly retryInterval?: number;
  readonly eventKey: string;
  readonly signingKey?: string;

  /**
   * Lets time pass until `condition` holds.
   *
   * @throws Error when the condition does not hold in time
   */
  until(condition: () => boolean | Promise<boolean>, what: string): Promise<void>;
  /** Lets `ms` milliseconds pass. */
  pass(ms: number): Promise<void>;
  /** Makes the server sync the app at `url`. Absent if the server cannot be told to. */
  sync?(url: string): Promise<void>;
  /**
   * Starts another server like this one, for a row that needs a separate server. Absent if that is not possible.
   *
   * @param options `retryInterval`: the retry interval of the new server, in seconds
   */
  readonly another?: (options: { retryInterval?: number }) => Promise<Target>;
  close(): Promise<void>;
}
