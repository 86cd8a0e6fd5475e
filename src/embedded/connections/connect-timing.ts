import { Injectable } from '@nestjs/common';
import { Clock, SystemClock } from '../../clock/index.js';
import { EmbeddedOptions } from '../settings/embedded-options.js';

/** The intervals of the real server, in milliseconds (read in its source of August 2026). */
const HEARTBEAT_MS = 10_000;
const LEASE_MS = 120_000;

/** How often a worker extends a lease within the duration of one lease. */
const EXTENSIONS_PER_LEASE = 4;

/**
 * How long a connected worker may be silent. It is measured in the machine's time even if the server runs on a virtual
 * clock, because the SDK of the worker uses the machine's time.
 */
@Injectable()
export class ConnectTiming {
  readonly clock: Clock;
  /** The interval at which a worker must send heartbeats, in milliseconds. */
  readonly heartbeatMs: number;
  /** How long a lease lasts, in milliseconds. */
  readonly leaseMs: number;
  /** How long the server still accepts an answer after a lease has ended, in milliseconds. */
  readonly graceMs = 5_000;
  /** How long a worker may take to send its first message, in milliseconds. */
  readonly helloMs = 5_000;
  /** How long a call waits for a worker that is connecting, or that may replace a stopping one, in milliseconds. */
  readonly soonMs = 10_000;

  constructor(clock: Clock, { connect = {} }: EmbeddedOptions) {
    this.clock = connect.clock ?? (clock.isVirtual ? new SystemClock() : clock);
    this.heartbeatMs = connect.heartbeatMs ?? HEARTBEAT_MS;
    this.leaseMs = connect.leaseMs ?? LEASE_MS;
  }

  /** The interval at which a worker must extend its leases, in milliseconds. */
  get extendLeaseMs(): number {
    return this.leaseMs / EXTENSIONS_PER_LEASE;
  }

  /** A worker gets no calls after this many milliseconds without a heartbeat. */
  get staleMs(): number {
    return 2 * this.heartbeatMs;
  }

  /** The server closes a connection after this many milliseconds without a heartbeat. */
  get deadMs(): number {
    return 5 * this.heartbeatMs;
  }
}
