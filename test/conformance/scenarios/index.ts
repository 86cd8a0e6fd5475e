import type { Scenario } from '../scenario.js';
import { asides } from './asides.js';
import { brokenApp } from './broken-app.js';
import { cancelling } from './cancelling.js';
import { checkpointed } from './checkpointing.js';
import { connected } from './connected.js';
import { eventApi } from './event-api.js';
import { flowControl } from './flow-control.js';
import { functionErrors } from './function-errors.js';
import { goSdk } from './go-sdk.js';
import { idempotency } from './idempotency.js';
import { invoking } from './invoking.js';
import { limits } from './limits.js';
import { parallel } from './parallel.js';
import { parameters } from './parameters.js';
import { queries } from './queries.js';
import { registrations } from './registration.js';
import { retryAfter } from './retry-after.js';
import { replays } from './replays.js';
import { runsApi } from './runs-api.js';
import { schedules } from './schedules.js';
import { sending } from './sending.js';
import { server } from './server.js';
import { signed } from './signed.js';
import { sleeping } from './sleeping.js';
import { starts } from './starts.js';
import { states } from './states.js';
import { stepFailures } from './step-failures.js';
import { stepRetries } from './step-retries.js';
import { steps } from './steps.js';
import { subscriptions } from './subscriptions.js';
import { waiting } from './waiting.js';

/** The whole table. */
export const scenarios: readonly Scenario[] = [
  ...registrations,
  ...signed,
  ...eventApi,
  ...steps,
  ...checkpointed,
  ...parallel,
  ...stepRetries,
  ...stepFailures,
  ...functionErrors,
  ...retryAfter,
  ...brokenApp,
  ...sleeping,
  ...waiting,
  ...invoking,
  ...sending,
  ...asides,
  ...limits,
  ...flowControl,
  ...idempotency,
  ...starts,
  ...schedules,
  ...states,
  ...replays,
  ...cancelling,
  ...server,
  ...queries,
  ...runsApi,
  ...parameters,
  ...subscriptions,
  ...goSdk,
  ...connected,
];
