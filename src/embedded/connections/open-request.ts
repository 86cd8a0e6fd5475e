import type { Release } from '../../clock/index.js';
import type { Answer } from '../protocol/answer.js';
import { ExecutorRequest, Kind } from '../protocol/connect/messages.js';
import type { ConnectTiming } from './connect-timing.js';
import { stoppedResponding } from './connect-failures.js';
import type { WorkerConnection } from './worker-connection.js';

/** How a call ended. `cut-off`: this server stopped. */
export type Ending = Answer | 'cut-off';

/** How a delivery to one worker ended. `not-taken`: the worker has not begun, so the call may go to another worker. */
type Delivery = Ending | 'not-taken';

/**
 * A call on its way to a worker and back. A worker that has acknowledged the call holds a lease on it, and extends the
 * lease while it works. Its connection may break meanwhile: the answer may come over another connection or by HTTP. When
 * the lease ends, the worker counts as dead.
 */
export class OpenRequest {
  private connection: WorkerConnection | undefined;
  private isTaken = false;
  private leaseId = '';
  /** The id of the previous lease. It stays valid, because the worker may not have received the new id. */
  private previousLeaseId = '';
  private cancelTimer: Release = () => undefined;
  private end: (delivery: Delivery) => void = () => undefined;
  private over: Ending | undefined;

  constructor(
    private readonly request: Omit<ExecutorRequest, 'leaseId'>,
    private readonly timing: ConnectTiming,
    private readonly newId: () => string,
  ) {}

  /** How the call ended; undefined while it is under way. */
  get ended(): Ending | undefined {
    return this.over;
  }

  /** Sends the call to a worker. Resolves when the worker has answered, or will not answer. */
  async deliver(connection: WorkerConnection): Promise<Delivery> {
    this.connection = connection;
    this.isTaken = false;
    this.leaseId = this.newId();
    this.previousLeaseId = '';
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

  /** Handles the worker's message that it has begun the call. */
  acknowledge(connection: WorkerConnection): void {
    if (connection === this.connection) this.isTaken = true;
  }

  /** Handles the worker's message that it takes no more calls. A call that it did not acknowledge before, it did not begin. */
  pause(connection: WorkerConnection): void {
    if (connection === this.connection && !this.isTaken) this.end('not-taken');
  }

  /**
   * Handles the end of the connection. The worker may still execute the call, also one that it did not acknowledge,
   * because the acknowledgement may have been lost. Then the worker extends the lease after it has connected again.
   */
  disconnect(connection: WorkerConnection): void {
    if (connection !== this.connection || this.isTaken) return;
    this.cancelTimer();
    const { clock, extendLeaseMs, graceMs } = this.timing;
    this.cancelTimer = clock.after(extendLeaseMs + graceMs, () => this.end('not-taken'), 'background');
  }

  /** Extends the lease. @returns the id of the new lease; undefined when the worker does not hold `leaseId` */
  extend(leaseId: string): string | undefined {
    if (!this.connection || (leaseId !== this.leaseId && leaseId !== this.previousLeaseId)) return undefined;
    this.isTaken = true;
    this.previousLeaseId = leaseId;
    this.leaseId = this.newId();
    this.startLease();
    return this.leaseId;
  }

  /** Ends the call, whether a worker has it or not. */
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
