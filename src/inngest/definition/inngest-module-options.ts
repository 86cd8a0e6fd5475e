import type { ClientOptions } from 'inngest';
import type { InngestMiddleware } from './middleware-class.js';
import type { ConnectHandlerOptions } from 'inngest/connect';
import type { RetryOptions } from './retry-options.js';
import type { EndpointGuard } from './endpoint-guard.js';

/**
 * The SDK's client options (`id`, `eventKey`, `signingKey`, `isDev`, `baseUrl`, `logger`, `middleware`,
 * `checkpointing`, ...) and the options of this module.
 *
 * Only these options apply: the module does not read the SDK's `INNGEST_*` environment variables. Without `isDev` it is
 * `false`. Without `baseUrl` the client uses Inngest Cloud or, with `isDev: true`, a Dev Server at
 * `http://localhost:8288`.
 */
export interface InngestModuleOptions extends Omit<ClientOptions, 'middleware'> {
  /**
   * The SDK's middleware for all functions of this app. To get the types of its additions to the context, name it in a
   * method: `InngestContext<typeof trigger, typeof middleware>`.
   */
  middleware?: InngestMiddleware;

  /**
   * The origin at which Inngest reaches this app, without a path, such as `http://host.docker.internal:3001`. Default:
   * the URL that was passed to `InngestRegistration.start`, or else the address that the application listens on. The
   * module never uses an address from a request, such as its `Host`, because the sender could then redirect Inngest's
   * calls.
   */
  serveOrigin?: string;

  /**
   * Middleware that runs before the endpoint, such as a check of `Host` and `Origin`. The endpoint runs before the
   * application's other middleware, which therefore does not guard it.
   */
  endpointGuards?: readonly EndpointGuard[];

  /**
   * The path at which Inngest calls this app, such as `/api/billing`. Two apps in one process need different paths.
   * Default: `/api/inngest`, where the Dev Server looks for apps.
   */
  path?: string;

  /**
   * How Inngest calls the functions: over HTTP at {@link path} (`serve`), or over a WebSocket that this process opens
   * (`connect`). With `connect` this process need not be reachable, and there is no endpoint. Default: `serve`.
   */
  transport?: 'serve' | 'connect';

  /**
   * With `transport: 'connect'`: options of the SDK's `connect()`. For absent options the SDK reads the variables
   * `INNGEST_CONNECT_MAX_WORKER_CONCURRENCY`, `INNGEST_CONNECT_ISOLATE_EXECUTION` and `INNGEST_CONNECT_GATEWAY_URL`.
   */
  connect?: Pick<
    ConnectHandlerOptions,
    'instanceId' | 'maxWorkerConcurrency' | 'isolateExecution' | 'gatewayUrl'
  >;

  /**
   * The client only sends events: there is no endpoint and no registration, and no `signingKey` is needed. Another
   * process serves the functions of this app. Default: false.
   */
  sendOnly?: boolean;

  /**
   * `auto`: the module registers the functions when the application listens, with the address that it listens on
   * (Inngest Cloud cannot reach that address, so set `serveOrigin`). `manual`: call `InngestRegistration.start`, or let
   * Inngest sync the app. Default: `auto`.
   */
  registration?: 'auto' | 'manual';

  /**
   * The deployment of this process: a whole number that grows with every rollout and is the same in all its replicas,
   * such as the time of the build in seconds. An older deployment does not overwrite the functions of a newer one, so
   * an old replica that restarts during a rollout does no harm. To roll back, deploy the older build with a new number.
   * The number is sent as build metadata of `appVersion` (`1.4.0+deployment.42`). Default: none; each registration
   * replaces the previous one.
   */
  deployment?: number;

  /**
   * The delays before failed steps and functions are tried again. A function or a step may have its own policy.
   * Default: about 1, 2, 4, 8, 16 s, and so on, doubling.
   */
  retry?: RetryOptions;

  /** Advice for the log line and for the error of `send` if Inngest is not reachable. */
  unreachableHint?: string;
}
