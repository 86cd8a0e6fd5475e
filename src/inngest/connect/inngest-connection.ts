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

/** While there is no connection, it is looked at after 1, 2, 4, 8, 10, 10, ... seconds. */
const FIRST_LOOK_MS = 1_000;
const LONGEST_WAIT_MS = 10_000;
/** How often a connection is looked at: the SDK does not tell when it loses one. */
const LOOK_EVERY_MS = 5_000;

/**
 * The connection over which Inngest calls an app with `transport: 'connect'`. The SDK opens it, keeps it, and opens
 * another one when it breaks; this class begins and ends that, and tells how it stands.
 */
@Injectable()
export class InngestConnection implements BeforeApplicationShutdown {
  private readonly logger = new Logger(INNGEST_LOG_CONTEXT);
  private readonly subject = new Subject<SyncOutcome>();
  private readonly closing = new AbortController();
  /** Ends the SDK's attempts to connect: it listens to the process for this event, as it would for a signal. */
  private readonly closeEvent = `inngest-connection-close-${randomUUID()}`;
  private hasStarted = false;
  private hasBegun = false;
  private connection: WorkerConnection | undefined;
  private closed: Promise<void> | undefined;
  private isGivenUp = false;
  private looks = 0;
  private cancelLook: Release = () => undefined;

  /** What becomes known of the connection; `registered` means that it is there. */
  readonly outcomes = this.subject.asObservable();

  constructor(
    private readonly app: InngestApp,
    private readonly functions: InngestFunctions,
    @Inject(INNGEST_CLIENT) private readonly client: Inngest,
    @Inject(INNGEST_CLOCK) private readonly clock: Clock,
  ) {}

  /** Whether Inngest can call the app now. */
  get isActive(): boolean {
    return this.connection?.state === 'ACTIVE';
  }

  /** Begins, and goes on until it is closed. Returns at once; calling it again is harmless. */
  start(): void {
    if (this.hasStarted) return;
    this.hasStarted = true;
    void this.look();
  }

  /**
   * Takes no more calls, and waits until those under way are answered.
   *
   * @param graceMs how long to wait, in milliseconds; for as long as it takes unless given
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

  /** Waits for calls under way, as an HTTP server does, unless somebody has waited long enough. */
  async beforeApplicationShutdown(): Promise<void> {
    if (!this.isGivenUp) await this.close();
  }

  private async end(): Promise<void> {
    if (this.connection) await this.connection.close();
    // The SDK returns nothing that could be closed before it has connected.
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

  /** Undefined when the connection has just been begun. */
  private async outcome(): Promise<SyncOutcome | undefined> {
    if (this.isActive) return { kind: 'registered' };
    const { fetch: fetchIt = fetch } = this.app.options;
    const problem = await problemWithConnecting(
      this.clock,
      fetchIt,
      this.client as never,
      this.closing.signal,
    );
    if (this.isActive) return { kind: 'registered' };
    if (problem) return problem;
    if (this.hasBegun) return { kind: 'refused', reason: notConnectedYet() };
    this.hasBegun = true;
    void this.begin();
    return undefined;
  }

  private async begin(): Promise<void> {
    const release = this.clock.hold('connecting to Inngest');
    // In the machine's time: a virtual clock that is held does not move.
    const cancel = new SystemClock().after(LONGEST_WAIT_MS, release);
    try {
      const options = await this.options();
      // Nobody may have closed it meanwhile: there would be nothing to close.
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
      // Workers of one instance share their maxWorkerConcurrency: every process is one.
      instanceId: `${hostname()}-${process.pid}`,
      ...given,
      ...(isolateExecution !== undefined && { isolateExecution }),
      apps: [{ client: this.client, functions: [...this.functions.all] }],
      // No signal of the system: Nest ends the connection.
      handleShutdownSignals: [this.closeEvent],
    };
  }
}
