import type { RequestHandler } from 'express';
import type { ClientOptions } from 'inngest';
import type { RetryOptions } from '../retry/retry-options.js';

/**
 * The SDK's client options (`id`, `eventKey`, `signingKey`, `isDev`, `baseUrl`, `logger`, `middleware`,
 * `checkpointing`, ...) and what this module adds.
 *
 * They are the whole truth: the SDK's own `INNGEST_*` environment variables are not read, so that what your
 * configuration says is what happens. Absent `isDev` means `false`; without `baseUrl` the client then talks to
 * Inngest Cloud, and with `isDev: true` to a Dev Server at `http://localhost:8288`.
 */
export interface InngestModuleOptions extends ClientOptions {
  /**
   * The origin under which Inngest reaches this app, e.g. `http://host.docker.internal:3001`; one with a path is refused. Absent: the one that
   * `InngestRegistration` was started with, or else the address that the application listens on. What a request says of
   * the app's address, such as its `Host`, never counts: whoever sends it would decide where Inngest sends work.
   */
  serveOrigin?: string;

  /**
   * Express middleware that stands before the endpoint, such as a check of `Host` and `Origin`. The endpoint precedes the
   * rest of the application's middleware, which therefore guards nothing here.
   */
  endpointGuards?: readonly RequestHandler[];

  /**
   * When failed steps and functions are tried again; a function or a step may have a policy of its own. Default: after
   * about 1, 2, 4, 8, 16 s, doubling on.
   */
  retry?: RetryOptions;

  /** What to do when Inngest cannot be reached, said in the log line that tells so and in the error of `send`. */
  unreachableHint?: string;
}
