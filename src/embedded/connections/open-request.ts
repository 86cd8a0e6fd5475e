import type { Release } from '../../clock/index.js';
import type { Answer } from '../protocol/answer.js';
import { ExecutorRequest, Kind } from '../protocol/connect/messages.js';
import type { ConnectTiming } from './connect-timing.js';
import { stoppedResponding } from './connect-failures.js';
import type { WorkerConnection } from './worker-connection.js';

/** How a call ended. */
export type Ending = Answer | 'cut-off';

/** How a delivery to one worker ended; `not-taken`: it has not begun, and another worker may be asked. */
type Delivery = Ending | 'not-taken';

/**
 * A call on its way to a worker and back. A worker that has acknowledged it holds a lease on it and extends that while it
 * works. Its connection may break meanwhile: the answer may come over another one, or by HTTP. When the lease is over, the
 * worker is taken for dead.
 */
export class OpenRequest {
  private connection: WorkerConnection | undefined;
  private isTaken = false;
  private leaseId = '';
  /** Of the lease before: the worker may not have heard of the last extension. */
  private earlierLeaseId = '';
  private cancelTimer: Release = () => undefined;
  private end: (delivery: Delivery) => void = () => undefined;
  private over: Ending | undefined;

  constructor(
    private readonly request: Omit<ExecutorRequest, 'leaseId'>,
    private readonly timing: ConnectTiming,
    private readonly newId: () => string,
  ) {}

  /** How the call was ended, while a worker had it or before. */
  get ended(): Ending | undefined {
    return this.over;
  }

  /** Sends the call to a worker, and waits for what becomes of it there. */
  async deliver(connection: WorkerConnection): Promise<Delivery> {
    this.connection = connection;
    this.isTaken = false;
    this.leaseId = this.newId();
    this.earlierLeaseId = '';
    const ended = new Promise<Delivery>((resolve) => (this.end = resolve));
    this.startLease();
    connection.send(
      Kind.GatewayExecutorRequest,
      ExecutorRequest.encode({ ...this.request, leaseId: this.leaseId }),
    );
    try {
      return await ended;
    } finally {
      this.cancelTimer();
      this.connection = undefined;
    }
  }

  /** The worker has the call and begins with it. */
  acknowledge(connection: WorkerConnection): void {
    if (connection === this.connection) this.isTaken = true;
  }

  /** The worker takes no more calls. What it has not acknowledged before, it has not begun. */
  pause(connection: WorkerConnection): void {
    if (connection === this.connection && !this.isTaken) this.end('not-taken');
  }

  /**
   * The connection has ended. A call that its worker acknowledged may go on; one that it did not, too, since the
   * acknowledgement may be lost. Then the worker extends its lease as soon as it has connected anew.
   */
  disconnect(connection: WorkerConnection): void {
    if (connection !== this.connection || this.isTaken) return;
    this.cancelTimer();
    const { clock, extendLeaseMs, graceMs } = this.timing;
    this.cancelTimer = clock.after(extendLeaseMs + graceMs, () => this.end('not-taken'), 'background');
  }

  /** @returns the id of the new lease; undefined when the worker does not hold this one */
  extend(leaseId: string): string | undefined {
    if (!this.connection || (leaseId !== this.leaseId && leaseId !== this.earlierLeaseId)) return undefined;
    this.isTaken = true;
    this.earlierLeaseId = leaseId;
    this.leaseId = this.newId();
    this.startLease();
    return this.leaseId;
  }

  /** Ends the call, wherever it is. */
  finish(ending: Ending): void {
    this.over ??= ending;
    this.end(ending);
  }

  private startLease(): void {
    this.cancelTimer();
    const { clock, leaseMs, graceMs } = this.timing;
    this.cancelTimer = clock.after(
      leaseMs + graceMs,
      () => this.end(this.isTaken ? stoppedResponding() : 'not-taken'),
      'background',
    );
  }
}
