import type { ClientOptions } from 'inngest';
import type { InngestMiddleware } from './middleware-class.js';
import type { ConnectHandlerOptions } from 'inngest/connect';
import type { RetryOptions } from './retry-options.js';
import type { EndpointGuard } from './endpoint-guard.js';

/**
 * The SDK's client options (`id`, `eventKey`, `signingKey`, `isDev`, `baseUrl`, `logger`, `middleware`,
 * `checkpointing`, ...) and what this module adds.
 *
 * They are the whole truth: the SDK's own `INNGEST_*` environment variables are not read, so that what your
 * configuration says is what happens. Absent `isDev` means `false`; without `baseUrl` the client then talks to
 * Inngest Cloud, and with `isDev: true` to a Dev Server at `http://localhost:8288`.
 */
export interface InngestModuleOptions extends Omit<ClientOptions, 'middleware'> {
  /**
   * The SDK's middleware for all functions of this app. Its additions to a function's context are typed where a method
   * names it: `InngestContext<typeof trigger, typeof middleware>`.
   */
  middleware?: InngestMiddleware;

  /**
   * The origin under which Inngest reaches this app, e.g. `http://host.docker.internal:3001`; one with a path is refused. Absent: the one that
   * `InngestRegistration` was started with, or else the address that the application listens on. What a request says of
   * the app's address, such as its `Host`, never counts: whoever sends it would decide where Inngest sends work.
   */
  serveOrigin?: string;

  /**
   * Middleware that stands before the endpoint, such as a check of `Host` and `Origin`. The endpoint precedes the rest of
   * the application's middleware, which therefore guards nothing here.
   */
  endpointGuards?: readonly EndpointGuard[];

  /**
   * Where Inngest calls this app, such as `/api/billing`. Two apps in one process need two paths. Default: `/api/inngest`,
   * where the Dev Server looks for apps by itself.
   */
  path?: string;

  /**
   * How Inngest calls the functions: over HTTP at {@link path} (`serve`), or over a WebSocket that this process opens and
   * keeps (`connect`), for which it need not be reachable. With `connect` there is no endpoint. Default: `serve`.
   */
  transport?: 'serve' | 'connect';

  /**
   * With `transport: 'connect'`: options of the SDK's `connect()`. What is absent is read by the SDK from its own variables,
   * `INNGEST_CONNECT_MAX_WORKER_CONCURRENCY`, `INNGEST_CONNECT_ISOLATE_EXECUTION` and `INNGEST_CONNECT_GATEWAY_URL`.
   */
  connect?: Pick<
    ConnectHandlerOptions,
    'instanceId' | 'maxWorkerConcurrency' | 'isolateExecution' | 'gatewayUrl'
  >;

  /**
   * The client only sends events: there is no endpoint, nothing is registered, no `signingKey` is needed, and the
   * functions of this app are left to another process. Default: false.
   */
  sendOnly?: boolean;

  /**
   * Who has the functions registered with Inngest: `auto` does it once the application listens, at the address that it
   * listens on (Inngest Cloud cannot reach that one, and needs `serveOrigin`); with `manual`, call
   * `InngestRegistration.start`, or have Inngest sync the app by itself. Default: `auto`.
   */
  registration?: 'auto' | 'manual';

  /**
   * Which deployment this process belongs to: a whole number that is larger for every rollout, and the same in all its
   * replicas, such as the build's time in seconds. A deployment that is older than the registered one leaves the functions as the
   * newer one registered them, so an old replica that restarts in the middle of a rollout does no harm. To roll back, deploy the older
   * build with a new number. It travels as build metadata of `appVersion` (`1.4.0+deployment.42`). Default: none; the last
   * registration counts.
   */
  deployment?: number;

  /**
   * When failed steps and functions are tried again; a function or a step may have a policy of its own. Default: after
   * about 1, 2, 4, 8, 16 s, doubling on.
   */
  retry?: RetryOptions;

  /** What to do when Inngest cannot be reached, said in the log line that tells so and in the error of `send`. */
  unreachableHint?: string;
}
