import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { Server } from 'node:http';
import type { Inngest } from 'inngest';
import type { Clock, Release } from '../../clock/index.js';
import { messageOf, networkReason } from '../../common/error-text.js';
import { merge } from 'rxjs';
import { InngestConnection } from '../connect/inngest-connection.js';
import { InngestFunctions } from '../discovery/inngest-functions.js';
import { INNGEST_CLIENT, INNGEST_CLOCK } from '../definition/inngest.constants.js';
import { InngestApp } from '../definition/inngest-app.js';
import {
  needsServeOrigin,
  notConnected,
  selfUnaddressable,
  selfUnreachable,
} from '../definition/inngest.messages.js';
import type { InngestModuleOptions } from '../definition/inngest-module-options.js';
import { INNGEST_MODULE_OPTIONS } from '../definition/inngest.module-definition.js';
import { requestInngest } from './inngest-request.js';
import { OwnAddress } from './own-address.js';
import { RegisteredApp } from './registered-app.js';
import { RegistrationLog } from './registration-log.js';
import { SyncObserver } from './sync-observer.js';
import { outcomeOf, type SyncOutcome } from '../definition/sync-outcome.js';
import { unreachableReason } from './unreachable-reason.js';

/**
 * - `pending`: no attempt has ended yet;
 * - `registered`: Inngest has the functions of this deployment or of a newer one, and answered the last check;
 * - `unreachable`: nothing answers at Inngest's address;
 * - `refused`: Inngest refused the functions; `lastError` contains its reason.
 */
export type RegistrationState = 'pending' | 'registered' | 'unreachable' | 'refused';

/** Tries again after 1, 2, 4, 8, 10, 10, ... seconds. */
const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 10_000;
/** The interval of checks after the registration. The Dev Server polls apps at the same interval. */
const LOOK_EVERY_MS = 5000;

/**
 * Registers the functions with Inngest, by a sync request to the application's own endpoint, at the start and again
 * when Inngest has lost them. It keeps trying while Inngest is unreachable. It registers only when necessary, because
 * old and new replicas behind one address would overwrite each other's functions, and events for missing functions
 * would start nothing.
 *
 * Runs in the background; startup does not wait for it. A virtual clock never advances to fire its timers, but stands
 * still during a request. With Inngest Cloud (no `isDev`, no `baseUrl`) it registers once. An app with the transport
 * `connect` is registered by its connection.
 */
@Injectable()
export class InngestRegistration implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly log: RegistrationLog;
  private readonly listeners = new Set<(state: RegistrationState) => void>();
  private readonly closing = new AbortController();
  private current: RegistrationState = 'pending';
  private since: number | undefined;
  private error: string | undefined;
  private selfUrl: string | undefined;
  private cancelTimer: Release | undefined;
  private failures = 0;
  /** Whether Inngest has ever accepted the functions from this process. */
  private hasRegistered = false;

  constructor(
    private readonly app: InngestApp,
    private readonly host: HttpAdapterHost,
    private readonly registry: InngestFunctions,
    private readonly syncs: SyncObserver,
    private readonly address: OwnAddress,
    private readonly connection: InngestConnection,
    private readonly registered: RegisteredApp,
    @Inject(INNGEST_CLIENT) private readonly client: Inngest,
    @Inject(INNGEST_CLOCK) private readonly clock: Clock,
    @Inject(INNGEST_MODULE_OPTIONS) private readonly options: InngestModuleOptions,
  ) {
    this.log = new RegistrationLog(options, () => this.functions);
    // Inngest may also request a sync itself. Its outcome counts like that of our own sync.
    const outcomes = merge(this.syncs.outcomes, this.connection.outcomes);
    const subscription = outcomes.subscribe((outcome) => this.apply(outcome));
    this.closing.signal.addEventListener('abort', () => subscription.unsubscribe());
  }

  get state(): RegistrationState {
    // The SDK does not report a lost connection, so it is checked here.
    if (this.current === 'registered' && this.app.transport === 'connect' && !this.connection.isActive) {
      this.apply({ kind: 'unreachable', reason: notConnected() });
    }
    return this.current;
  }

  /**
   * The time since which Inngest has had the functions without interruption, in milliseconds since 1970; `undefined` if
   * it does not have them. Events received before this time may have matched no function. Inngest never replays them.
   */
  get registeredSince(): number | undefined {
    return this.since;
  }

  /** The reason of Inngest or of the network why the functions are not registered; `undefined` if they are. */
  get lastError(): string | undefined {
    return this.error;
  }

  /** The ids of the application's functions, without the app's id, registered or not. */
  get functions(): readonly string[] {
    return this.registry.ids;
  }

  /** The URL of Inngest. */
  get url(): string {
    return this.client.apiBaseUrl;
  }

  /** Calls `listener` at every change of {@link state}. Returns a function that ends it. */
  onChange(listener: (state: RegistrationState) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /**
   * Starts the registration. Call it when the application listens. It returns immediately; a second call does nothing.
   * With `registration: 'auto'` the module calls it. An app with `sendOnly` has nothing to register.
   *
   * @param selfUrl the origin at which this process reaches its own application, e.g. `http://localhost:3001`
   */
  start(selfUrl: string): void {
    if (this.app.transport === 'connect') this.connection.start();
    if (this.selfUrl !== undefined || this.app.path === undefined) return;
    this.address.tell(selfUrl);
    this.selfUrl = new URL(this.app.path, selfUrl).href;
    void this.register(this.selfUrl);
  }

  /** With `registration: 'auto'`, starts as soon as the HTTP server listens. */
  onApplicationBootstrap(): void {
    if (this.options.registration === 'manual') return;
    if (this.app.transport === 'connect') this.connection.start();
    if (this.app.path === undefined) return;
    // A standalone application context has no adapter, and never listens.
    const server = this.host.httpAdapter?.getHttpServer() as Server | undefined;
    if (server?.listening) this.startByItself();
    else server?.once('listening', () => this.startByItself());
  }

  private startByItself(): void {
    const { isDev, baseUrl, serveOrigin } = this.options;
    if (!isDev && !baseUrl && !serveOrigin) {
      this.log.once(needsServeOrigin());
      return;
    }
    try {
      this.start(this.address.local);
    } catch (error) {
      this.log.once(selfUnaddressable(messageOf(error)));
    }
  }

  /** Stops before the HTTP server closes, because closing waits for open requests, such as our own sync. */
  beforeApplicationShutdown(): void {
    this.closing.abort();
    this.cancelTimer?.();
    this.listeners.clear();
  }

  private async register(selfUrl: string): Promise<void> {
    const outcome = await this.sync(selfUrl);
    if (this.closing.signal.aborted) return;
    this.apply(outcome);
    if (this.current === 'registered') {
      this.failures = 0;
      this.lookLater(selfUrl);
    } else {
      this.later(Math.min(FIRST_RETRY_MS * 2 ** this.failures++, LONGEST_RETRY_MS), () =>
        this.resume(selfUrl),
      );
    }
  }

  /** The outcome that the endpoint observed; the endpoint's own answer if another process served the request. */
  private async sync(selfUrl: string): Promise<SyncOutcome> {
    let overheard: SyncOutcome | undefined;
    const subscription = this.syncs.outcomes.subscribe((outcome) => (overheard = outcome));
    try {
      const { status, text } = await requestInngest(this.clock, fetch, 'PUT', selfUrl, this.closing.signal);
      return overheard ?? outcomeOf(status, text);
    } catch (error) {
      return { kind: 'not-asked', reason: selfUnreachable(selfUrl, networkReason(error)) };
    } finally {
      subscription.unsubscribe();
    }
  }

  private lookLater(selfUrl: string): void {
    if (this.options.isDev || this.options.baseUrl) this.later(LOOK_EVERY_MS, () => this.look(selfUrl));
  }

  private async look(selfUrl: string): Promise<void> {
    const reason = await unreachableReason(
      this.clock,
      this.options.fetch ?? fetch,
      this.url,
      this.closing.signal,
    );
    if (this.closing.signal.aborted) return;
    if (reason === undefined) {
      await this.resume(selfUrl);
    } else {
      this.apply({ kind: 'unreachable', reason });
      this.later(FIRST_RETRY_MS, () => this.resume(selfUrl));
    }
  }

  /** Registers if Inngest has not accepted the functions yet, has lost them, or may have lost them. */
  private async resume(selfUrl: string): Promise<void> {
    if (!this.hasRegistered || this.current === 'refused') return this.register(selfUrl);
    const app = await this.registered.read(this.closing.signal);
    if (this.closing.signal.aborted) return;
    const loss = this.registered.lossIn(app, this.functions.length);
    if (loss !== undefined && this.current === 'registered') {
      this.log.lost(this.url, loss);
      this.change('pending');
    }
    // After an outage, a server that does not report its functions may have lost them.
    const mayBeLost = app.kind === 'unclear' && this.current !== 'registered';
    if (loss !== undefined || mayBeLost) return this.register(selfUrl);
    if (app.kind === 'known') {
      const by = this.registered.newerIn(app);
      this.apply(by === undefined ? { kind: 'registered' } : { kind: 'superseded', by });
    }
    this.failures = 0;
    this.lookLater(selfUrl);
  }

  private later(ms: number, work: () => Promise<void>): void {
    this.cancelTimer?.();
    this.cancelTimer = this.clock.after(ms, () => void work(), 'background');
  }

  private apply(outcome: SyncOutcome): void {
    this.log.tell(outcome, this.url);
    switch (outcome.kind) {
      case 'registered':
      case 'superseded':
        this.hasRegistered = true;
        this.change('registered');
        break;
      case 'refused':
        this.change('refused', outcome.reason);
        break;
      case 'unreachable':
      case 'not-asked':
        this.change('unreachable', outcome.reason);
    }
  }

  private change(state: RegistrationState, error?: string): void {
    this.error = error;
    if (state === this.current) return;
    this.current = state;
    this.since = state === 'registered' ? this.clock.now() : undefined;
    for (const listener of this.listeners) listener(state);
  }
}
