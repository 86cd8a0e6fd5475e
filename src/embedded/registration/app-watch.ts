import { Injectable, Logger } from '@nestjs/common';
import { Clock, type Release } from '../../clock/index.js';
import { networkReason } from '../../common/error-text.js';
import { formatDuration } from '../../common/duration.js';
import { AppPresence } from '../functions/app-presence.js';
import { FunctionRegistry } from '../functions/function-registry.js';
import { EmbeddedOptions, type WatchOptions } from '../settings/embedded-options.js';
import { isConnectUrl } from '../protocol/connect/connect-url.js';
import { addressOf } from './app-addresses.js';
import { AppDiscovery } from './app-discovery.js';
import { AppRefusedError } from './app-refused.error.js';
import { AppSync } from './app-sync.js';
import { StoreUnavailableError } from '../store/store-unavailable.error.js';
import { InvalidRegistrationError } from './invalid-registration.error.js';

/** How long an app may take to answer a sync request, in milliseconds. It may be compiling. */
const ANSWER_WITHIN_MS = 10_000;

/** The result of the last sync request to an app. */
type SyncResult =
  | { kind: 'registered' }
  /** The app answered, but is not registered. */
  | { kind: 'refused'; reason: string }
  | { kind: 'away'; reason: string };

/**
 * Asks apps to sync at an interval, like the Dev Server: those that the operator names, those that are registered and,
 * while no app is registered, those that it finds. Logs when an app starts, stops or is refused; `Registration` logs when
 * its functions change.
 */
@Injectable()
export class AppWatch {
  private readonly logger = new Logger('Inngest');
  /** The last result for each address. */
  private readonly last = new Map<string, SyncResult>();
  private next: Release | undefined;
  /** The addresses of this round. */
  private asking: ReadonlySet<string> = new Set();
  private isRunning = false;

  constructor(
    private readonly sync: AppSync,
    private readonly discovery: AppDiscovery,
    private readonly functions: FunctionRegistry,
    private readonly presence: AppPresence,
    private readonly clock: Clock,
    private readonly options: EmbeddedOptions,
  ) {}

  /** @param url the URL at which apps reach this server */
  start(url: string): void {
    const { watch } = this.options;
    if (!watch) return;
    this.isRunning = true;
    void this.round(watch, url);
  }

  stop(): void {
    this.isRunning = false;
    this.next?.();
  }

  private async round(watch: WatchOptions, ownUrl: string): Promise<void> {
    try {
      const asked = (await this.addresses(watch, ownUrl)).filter(
        (url) => watch.repeats || this.last.get(addressOf(url))?.kind !== 'registered',
      );
      this.asking = new Set(asked.map(addressOf));
      await Promise.all(asked.map((url) => this.ask(url, watch, ownUrl)));
    } catch (error) {
      this.logger.error(`Could not ask the apps to register their functions: ${networkReason(error)}`);
    }
    if (!this.isRunning) return;
    this.next = this.clock.after(watch.everyMs, () => void this.round(watch, ownUrl), 'background');
  }

  /** The URLs of the next round. Each address occurs once. */
  private async addresses({ urls, ports }: WatchOptions, ownUrl: string): Promise<string[]> {
    const known = this.functions.allApps().map(({ url }) => url);
    const others = ports.filter((port) => String(port) !== new URL(ownUrl).port);
    const found = known.length === 0 && others.length > 0 ? await this.discovery.find(others) : [];
    const all = [...urls, ...known.filter((url) => !isConnectUrl(url)), ...found];
    return [...new Map(all.map((url) => [addressOf(url), url])).values()];
  }

  private async ask(url: string, watch: WatchOptions, ownUrl: string): Promise<void> {
    const address = addressOf(url);
    const before = this.last.get(address);
    const isNamed = watch.urls.some((named) => addressOf(named) === address);
    const answered = await this.answerOf(url, { isNamed, ownUrl });
    if (!this.isRunning) return;
    this.last.set(address, answered);
    const isNews =
      before?.kind !== answered.kind ||
      (answered.kind === 'refused' && before.kind === 'refused' && before.reason !== answered.reason);
    if (isNews) this.log(url, before, answered, watch);
  }

  private async answerOf(
    url: string,
    { isNamed, ownUrl }: { isNamed: boolean; ownUrl: string },
  ): Promise<SyncResult> {
    const before = this.presence.registrations();
    try {
      await this.sync.sync(url, { timeoutMs: ANSWER_WITHIN_MS, isNamed });
    } catch (error) {
      if (error instanceof AppRefusedError) return { kind: 'refused', reason: `it ${error.reason}` };
      if (error instanceof InvalidRegistrationError || error instanceof StoreUnavailableError)
        return { kind: 'refused', reason: error.message };
      return { kind: 'away', reason: networkReason(error) };
    }
    if (this.hasRegistered(addressOf(url), before)) return { kind: 'registered' };
    return {
      kind: 'refused',
      reason: `it answered but did not register here, so it uses another server. Start it with INNGEST_DEV=${ownUrl}`,
    };
  }

  /**
   * Whether the app at this address has registered since `before`. The app may register with another address, such as the
   * name of a container. So every app counts that has registered and is not at another address of this round.
   */
  private hasRegistered(address: string, before: ReadonlyMap<string, number>): boolean {
    const now = this.presence.registrations();
    return this.functions.allApps().some(({ id, url }) => {
      if ((now.get(id) ?? 0) === (before.get(id) ?? 0)) return false;
      return addressOf(url) === address || !this.asking.has(addressOf(url));
    });
  }

  private log(
    url: string,
    before: SyncResult | undefined,
    answered: SyncResult,
    { everyMs, repeats }: WatchOptions,
  ): void {
    const app = this.functions.allApps().find((known) => addressOf(known.url) === addressOf(url));
    const name = app ? `App "${app.name}" at ${url}` : `The app at ${url}`;
    const again = `The server asks it again every ${formatDuration(everyMs)}.`;
    switch (answered.kind) {
      case 'registered':
        if (before?.kind === 'away' && app) this.logger.log(`${name} answers again.`);
        break;
      case 'refused':
        this.logger.warn(`${name} is not registered: ${ended(answered.reason)} ${again}`);
        break;
      case 'away':
        this.logger.warn(
          before === undefined
            ? `${name} does not answer yet (${answered.reason}). ${again}`
            : `${name} does not answer any more (${answered.reason}). ${repeats ? again : ''}`.trimEnd(),
        );
    }
  }
}

function ended(sentence: string): string {
  return /[.!?]$/.test(sentence) ? sentence : `${sentence}.`;
}
