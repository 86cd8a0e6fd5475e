import type { Scenario } from '../scenario.js';
import { brokenApp } from './broken-app.js';
import { eventApi } from './event-api.js';
import { flowControl } from './flow-control.js';
import { parallel } from './parallel.js';
import { registrations } from './registration.js';
import { retries } from './retries.js';
import { runsApi } from './runs-api.js';
import { states } from './states.js';
import { steps } from './steps.js';
import { waiting } from './waiting.js';

/** The whole table. */
export const scenarios: readonly Scenario[] = [
  ...registrations,
  ...eventApi,
  ...steps,
  ...retries,
  ...brokenApp,
  ...waiting,
  ...parallel,
  ...flowControl,
  ...states,
  ...runsApi,
];
