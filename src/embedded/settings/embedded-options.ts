import type { BodyReaderOptions } from '../../common/bodies/index.js';
import type { Clock } from '../../clock/index.js';
import type { OpenStreamsOptions } from '../../common/streams/index.js';
import type { Synchronous } from '../store/data-file.js';

/** Which apps are asked for their functions, and when. */
export interface WatchOptions {
  /** Where apps serve their functions. */
  readonly urls: readonly string[];
  /** The ports of this machine at which apps are looked for while none is registered; none when empty. */
  readonly ports: readonly number[];
  /** How long to wait before the next round of questions, in milliseconds. */
  readonly everyMs: number;
  /** Whether an app that has registered is asked again, to see whether it has changed or gone. */
  readonly repeats: boolean;
}

/** How long connected workers may be silent; as on the real server unless given. */
export interface ConnectOptions {
  /** By which it is measured: the machine's clock unless given. */
  readonly clock?: Clock;
  /** How often a worker sends a heartbeat, in milliseconds. */
  readonly heartbeatMs?: number;
  /** For how long a call belongs to a worker that does not extend its lease, in milliseconds. */
  readonly leaseMs?: number;
}

/** Settings of the embedded server, as its modules see them. */
export abstract class EmbeddedOptions {
  /** Where it listens; 0 finds a free port. */
  abstract readonly port: number;
  abstract readonly host: string;
  /** Host names by which it may be called beyond those that `host` allows; `*` for any. */
  abstract readonly allowedHosts: readonly string[];
  /** A path, or `:memory:`. */
  abstract readonly dataFile: string;
  /** What a change must survive before it is answered. */
  abstract readonly synchronous: Synchronous;
  /** How long finished runs and their events are kept, in milliseconds. */
  abstract readonly retentionMs: number;
  /** When set, events must be sent to this key. */
  abstract readonly eventKey?: string;
  /** When set, calls are signed and callers must show it. */
  abstract readonly signingKey?: string;
  /** The signing key that counted before: callers may show it, and calls are signed with it where the other is refused. */
  abstract readonly signingKeyFallback?: string;
  /** With which people log in to the dashboard, besides the signing key. */
  abstract readonly dashboardPassword?: string;
  /** The origin of the dashboard when a proxy stands in front of it, such as `https://inngest.example.com`. */
  abstract readonly dashboardOrigin?: string;
  /** How long an app may take to answer a call, in milliseconds. */
  abstract readonly requestTimeoutMs: number;
  /**
   * With a virtual clock: whether the apps use it too, as apps in this process can; yes unless false. Otherwise what they
   * say of moments (`ts` of events, dates in Retry-After) is in the wall's time and moved by the difference of the clocks.
   */
  abstract readonly appsShareClock?: boolean;
  /** Which apps are asked for their functions again and again; none unless given. */
  abstract readonly watch?: WatchOptions;
  /** @internal For tests: how much of all bodies together is held, and how slow a sender may be. */
  abstract readonly bodies?: BodyReaderOptions;
  /** @internal For tests: how many streams and subscriptions there may be, and how slow their readers. */
  abstract readonly streams?: OpenStreamsOptions;
  /** @internal For tests. */
  abstract readonly connect?: ConnectOptions;
  /** The wait before every retry for which the app names none, in milliseconds; unset: 15 s, 30 s, 1 m, … and jitter. */
  abstract readonly retryIntervalMs?: number;
}
