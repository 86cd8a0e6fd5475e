import { Injectable } from '@nestjs/common';
import { Clock, SystemClock } from '../../clock/index.js';
import { EmbeddedOptions } from '../settings/embedded-options.js';

/** The intervals of the real server, in milliseconds (read in Inngest 1.43). */
const HEARTBEAT_MS = 10_000;
const LEASE_MS = 120_000;

/** A worker extends its leases so many times in the duration of one. */
const EXTENSIONS_PER_LEASE = 4;

/**
 * When a connected worker must speak. Workers keep to the machine's time, whatever clock the server runs on: their SDK
 * knows no other.
 */
@Injectable()
export class ConnectTiming {
  readonly clock: Clock;
  /** How often a worker is to send a heartbeat. */
  readonly heartbeatMs: number;
  /** For how long a call belongs to a worker that has taken it. */
  readonly leaseMs: number;
  /** How long an answer is still waited for when a lease is over. */
  readonly graceMs = 5_000;
  /** How long a worker may take to introduce itself. */
  readonly helloMs = 5_000;
  /** How long a call waits for the worker that is connecting, or takes the place of one that is stopping. */
  readonly soonMs = 10_000;

  constructor(clock: Clock, { connect = {} }: EmbeddedOptions) {
    this.clock = connect.clock ?? (clock.isVirtual ? new SystemClock() : clock);
    this.heartbeatMs = connect.heartbeatMs ?? HEARTBEAT_MS;
    this.leaseMs = connect.leaseMs ?? LEASE_MS;
  }

  get extendLeaseMs(): number {
    return this.leaseMs / EXTENSIONS_PER_LEASE;
  }

  /** Without a heartbeat for so long, a worker gets no more calls. */
  get staleMs(): number {
    return 2 * this.heartbeatMs;
  }

  /** Without a heartbeat for so long, a connection is closed. */
  get deadMs(): number {
    return 5 * this.heartbeatMs;
  }
}
