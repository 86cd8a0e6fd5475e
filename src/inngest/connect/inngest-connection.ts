import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { Inject, Injectable, Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import { Subject } from 'rxjs';
import type { Inngest } from 'inngest';
import type { ConnectHandlerOptions, WorkerConnection } from 'inngest/connect';
import { SystemClock, type Clock, type Release } from '../../clock/index.js';
import { messageOf } from '../../common/error-text.js';
import { InngestApp } from '../definition/inngest-app.js';
import { INNGEST_CLIENT, INNGEST_CLOCK, INNGEST_LOG_CONTEXT } from '../definition/inngest.constants.js';
import { connectsInThisThread, notConnectedYet } from '../definition/inngest.messages.js';
import { InngestFunctions } from '../discovery/inngest-functions.js';
import type { SyncOutcome } from '../definition/sync-outcome.js';
import { problemWithConnecting } from './connect-probe.js';
import { provideWebSocket } from './web-socket.js';

/** Without a connection, it is checked after 1, 2, 4, 8, 10, 10, ... seconds. */
const FIRST_LOOK_MS = 1_000;
const LONGEST_WAIT_MS = 10_000;
/** The interval at which an open connection is checked, because the SDK does not report its loss. */
const LOOK_EVERY_MS = 5_000;

/**
 * The connection over which Inngest calls an app with `transport: 'connect'`. The SDK opens it, and opens another one
 * if it breaks. This class starts and closes it, and reports its state.
 */
@Injectable()
export class InngestConnection implements BeforeApplicationShutdown {
  private readonly logger = new Logger(INNGEST_LOG_CONTEXT);
  private readonly subject = new Subject<SyncOutcome>();
  private readonly closing = new AbortController();
  /**
   * The name of a process event that stops the SDK's attempts to connect. The SDK is told to treat it like a shutdown
   * signal.
   */
  private readonly closeEvent = `inngest-connection-close-${randomUUID()}`;
  private hasStarted = false;
  private hasBegun = false;
  private connection: WorkerConnection | undefined;
  private closed: Promise<void> | undefined;
  private isGivenUp = false;
  private looks = 0;
  private cancelLook: Release = () => undefined;

  /** The result of every check; `registered` means that the connection is open. */
  readonly outcomes = this.subject.asObservable();

  constructor(
    private readonly app: InngestApp,
    private readonly functions: InngestFunctions,
    @Inject(INNGEST_CLIENT) private readonly client: Inngest,
    @Inject(INNGEST_CLOCK) private readonly clock: Clock,
  ) {}

  /** Whether the connection is open, so that Inngest can call the app. */
  get isActive(): boolean {
    return String(this.connection?.state) === 'ACTIVE';
  }

  /**
   * Starts to connect, and checks the connection until {@link close}. Returns immediately; a second call does nothing.
   */
  start(): void {
    if (this.hasStarted) return;
    this.hasStarted = true;
    void this.look();
  }

  /**
   * Accepts no more calls, and waits until those that are executing are answered.
   *
   * @param graceMs the longest wait, in milliseconds; undefined waits without a limit
   */
  async close(graceMs?: number): Promise<void> {
    this.closing.abort();
    this.cancelLook();
    this.closed ??= this.end();
    if (graceMs === undefined) return this.closed;
    let cancel: Release | undefined;
    const over = new Promise<void>((resolve) => {
      cancel = this.clock.after(
        graceMs,
        () => {
          this.isGivenUp = true;
          resolve();
        },
        'background',
      );
    });
    await Promise.race([this.closed, over]);
    cancel?.();
  }

  /** Waits for executing calls, as an HTTP server does, unless {@link close} has reached its `graceMs`. */
  async beforeApplicationShutdown(): Promise<void> {
    if (!this.isGivenUp) await this.close();
  }

  private async end(): Promise<void> {
    if (this.connection) await this.connection.close();
    // Until it has connected, the SDK returns no object to close.
    else if (this.hasBegun) process.emit(this.closeEvent as never);
  }

  private async look(): Promise<void> {
    const outcome = await this.outcome();
    if (this.closing.signal.aborted) return;
    if (outcome) this.subject.next(outcome);
    const wait = Math.min(FIRST_LOOK_MS * 2 ** this.looks++, LONGEST_WAIT_MS);
    if (outcome?.kind === 'registered') this.looks = 0;
    this.lookAfter(outcome?.kind === 'registered' ? LOOK_EVERY_MS : wait);
  }

  private lookAfter(ms: number): void {
    this.cancelLook();
    this.cancelLook = this.clock.after(ms, () => void this.look(), 'background');
  }

  /** Checks the connection. Undefined if this check started to connect. */
  private async outcome(): Promise<SyncOutcome | undefined> {
    if (this.isActive) return { kind: 'registered' };
    const { fetch: fetchIt = fetch } = this.app.options;
    const problem = await problemWithConnecting(this.clock, fetchIt, this.client, this.closing.signal);
    if (this.isActive) return { kind: 'registered' };
    if (problem) return problem;
    if (this.hasBegun) return { kind: 'refused', reason: notConnectedYet() };
    this.hasBegun = true;
    void this.begin();
    return undefined;
  }

  private async begin(): Promise<void> {
    const release = this.clock.hold('connecting to Inngest');
    // Uses the machine's clock: a virtual clock does not advance while it is held.
    const cancel = new SystemClock().after(LONGEST_WAIT_MS, release);
    try {
      const options = await this.options();
      // `close` may have been called while the options were loading. It found no connection to close.
      if (this.closing.signal.aborted) return;
      const { connect } = await import('inngest/connect');
      this.connection = await connect(options);
      if (this.closing.signal.aborted) await this.connection.close();
      else await this.look();
    } catch (error) {
      this.hasBegun = false;
      this.subject.next({ kind: 'refused', reason: messageOf(error) });
    } finally {
      cancel();
      release();
    }
  }

  private async options(): Promise<ConnectHandlerOptions> {
    const { connect: given = {} } = this.app.options;
    const { inThreads } = await provideWebSocket();
    const isolateExecution = inThreads ? given.isolateExecution : false;
    if (isolateExecution === false) this.logger.warn(connectsInThisThread(!inThreads));
    return {
      // Workers with the same instance id share their `maxWorkerConcurrency`, so each process gets another id.
      instanceId: `${hostname()}-${process.pid}`,
      ...given,
      ...(isolateExecution !== undefined && { isolateExecution }),
      apps: [{ client: this.client, functions: [...this.functions.all] }],
      // No system signals: Nest closes the connection.
      handleShutdownSignals: [this.closeEvent],
    };
  }
}
