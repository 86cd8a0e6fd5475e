import { Logger } from '@nestjs/common';
import type { ClientOptions, Inngest, Middleware } from 'inngest';
import type { Clock } from '../../clock/index.js';
import { withDeployment } from '../../common/deployment.js';
import { servingMiddleware } from '../connect/serving-middleware.js';
import { MissingSigningKeyError } from '../errors/missing-signing-key.error.js';
import { UnusableOptionError } from '../errors/unusable-option.error.js';
import { INNGEST_LOG_CONTEXT } from '../definition/inngest.constants.js';
import type { InngestModuleOptions } from '../definition/inngest-module-options.js';
import type { SyncObserver } from '../registration/sync-observer.js';
import { yieldToNewer } from '../registration/yield-to-newer.js';
import { retryMiddleware } from '../retry/retry-middleware.js';
import type { RetryPolicies } from '../retry/retry-policies.js';
import { CallerContextMiddleware } from '../step/caller-context.js';
import { StepMiddleware } from '../step/step-middleware.js';
import { explainingFetch } from './explaining-fetch.js';
import { ExplicitInngest } from './explicit-client.js';
import { sdkLogger } from './sdk-logger.js';

/** The address at which the SDK looks for a Dev Server. */
const DEV_SERVER_URL = 'http://localhost:8288';
/** An event key. Development servers accept any. */
const ANY_EVENT_KEY = 'dev';

/**
 * Creates the SDK's client with the module's middleware. The retry middleware comes first and is therefore the
 * outermost, so it gets errors after the user's middleware has changed them.
 *
 * @throws MissingSigningKeyError if the app could not verify that calls come from Inngest
 * @throws UnusableOptionError
 */
export function createInngestClient(
  given: InngestModuleOptions,
  policies: RetryPolicies,
  syncs: SyncObserver,
  clock: Clock,
): Inngest {
  const options = clientOptions(given);
  const isDev = options.isDev ?? false;
  UnusableOptionError.assertUsable(given);
  // Inngest does not call an app with `sendOnly`, so it has no signatures to verify.
  if (!isDev && !options.signingKey && !given.sendOnly) throw new MissingSigningKeyError();
  return new ExplicitInngest({
    ...options,
    ...(isDev && options.signingKey ? checkingSignatures(options) : { isDev }),
    logger: options.logger ?? sdkLogger(new Logger(INNGEST_LOG_CONTEXT)),
    fetch: syncs.observing(yieldToNewer(explainingFetch(options.fetch ?? fetch, given), given, clock)),
    middleware: [
      ...(given.transport === 'connect' ? [servingMiddleware(clock)] : []),
      retryMiddleware(policies),
      StepMiddleware,
      ...((given.middleware ?? []) as readonly Middleware.Class[]),
      CallerContextMiddleware,
    ],
  });
}

/** The options of the module that the SDK understands. */
function clientOptions(given: InngestModuleOptions): Omit<ClientOptions, 'middleware'> {
  const {
    serveOrigin: _origin,
    endpointGuards: _guards,
    unreachableHint: _hint,
    retry: _retry,
    path: _path,
    registration: _registration,
    sendOnly: _sendOnly,
    transport: _transport,
    connect: _connect,
    deployment,
    middleware: _middleware,
    ...options
  } = given;
  if (deployment === undefined) return options;
  return { ...options, appVersion: withDeployment(options.appVersion, deployment) };
}

/**
 * In dev mode the SDK never checks signatures, even if it has a signing key. A client with a signing key is therefore
 * not in dev mode, and gets here what dev mode would have provided: the address of the Dev Server and an event key.
 */
function checkingSignatures({ baseUrl, eventKey }: ClientOptions): Partial<ClientOptions> {
  return { isDev: false, baseUrl: baseUrl ?? DEV_SERVER_URL, eventKey: eventKey ?? ANY_EVENT_KEY };
}
