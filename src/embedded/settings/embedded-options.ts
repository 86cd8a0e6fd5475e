import type { BodyReaderOptions } from '../../common/bodies/index.js';
import type { Clock } from '../../clock/index.js';
import type { OpenStreamsOptions } from '../../common/streams/index.js';
import type { Synchronous } from '../store/data-file.js';

/** Which apps the server asks to register their functions, and when. */
export interface WatchOptions {
  /** The URLs at which apps serve their functions. */
  readonly urls: readonly string[];
  /** The ports of this machine at which the server looks for apps while none is registered. Empty: it does not look. */
  readonly ports: readonly number[];
  /** The pause between two rounds, in milliseconds. */
  readonly everyMs: number;
  /** Whether the server asks registered apps again, to notice that they have changed or stopped. */
  readonly repeats: boolean;
}

/** How long connected workers may be silent. The defaults are those of the real server. */
export interface ConnectOptions {
  /** The clock that measures it. Default: the machine's. */
  readonly clock?: Clock;
  /** How often a worker sends a heartbeat, in milliseconds. */
  readonly heartbeatMs?: number;
  /** How long a lease lasts if the worker does not extend it, in milliseconds. */
  readonly leaseMs?: number;
}

/** The settings of the embedded server, for its modules. */
export abstract class EmbeddedOptions {
  /** The port to listen on; 0 means a free port. */
  abstract readonly port: number;
  abstract readonly host: string;
  /** Values of the `Host` header that are accepted besides those that `host` allows; `*` accepts any. */
  abstract readonly allowedHosts: readonly string[];
  /** The path of the data file, or `:memory:`. */
  abstract readonly dataFile: string;
  /** What a change must survive before the server answers the request: a crash of the process, or of the machine. */
  abstract readonly synchronous: Synchronous;
  /** How long ended runs and their events are kept, in milliseconds. */
  abstract readonly retentionMs: number;
  /** If set, clients must send events with this key. */
  abstract readonly eventKey?: string;
  /** If set, the server signs its calls, and apps and API clients must show the key. */
  abstract readonly signingKey?: string;
  /**
   * The earlier signing key, while it is being replaced. Apps and API clients may still show it, and the server signs calls
   * with it to an app that refuses the new key.
   */
  abstract readonly signingKeyFallback?: string;
  /** A password with which people can log in to the dashboard, besides the signing key. */
  abstract readonly dashboardPassword?: string;
  /** The origin of the dashboard when a proxy stands in front of it, such as `https://inngest.example.com`. */
  abstract readonly dashboardOrigin?: string;
  /** How long an app may take to answer a call, in milliseconds. */
  abstract readonly requestTimeoutMs: number;
  /**
   * Whether the apps use the server's virtual clock too, as apps in this process can. Default: true. If false, the times
   * that apps send (`ts` of events, dates in Retry-After) are the machine's, and the server shifts them by the difference
   * between the two clocks.
   */
  abstract readonly appsShareClock?: boolean;
  /** Which apps are asked for their functions again and again; none unless given. */
  abstract readonly watch?: WatchOptions;
  /** @internal For tests: how many bytes of all bodies together are held, and how slow a sender may be. */
  abstract readonly bodies?: BodyReaderOptions;
  /** @internal For tests: how many streams and subscriptions may be open, and how slow their readers may be. */
  abstract readonly streams?: OpenStreamsOptions;
  /** @internal For tests. */
  abstract readonly connect?: ConnectOptions;
  /**
   * The backoff before every retry, in milliseconds, unless the app names a time. Default: 15 s, 30 s, 1 m, … plus jitter.
   */
  abstract readonly retryIntervalMs?: number;
}
