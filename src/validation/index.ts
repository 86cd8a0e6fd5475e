export { validateCommand, type Surroundings } from './command/validate-command.js';
export type { CommandOptions } from './command/options.js';
export { Journal } from './environment/journal.js';
export { RealTiming, SkippingTiming, VirtualTiming, type Timing } from './environment/timing.js';
export { OwnWorkerEnvironments } from './environment/own-worker-environments.js';
export { RunningWorkerEnvironments } from './environment/running-worker-environments.js';
export {
  EnvironmentError,
  type KillableEnvironment,
  type Environment,
  type Environments,
} from './environment/environment.js';
export { WorkerProcess } from './environment/worker-process.js';
export { PROMISES } from './promises/index.js';
export { validate, type Progress } from './checking/validation.js';
export type { Outcome, Report } from './checking/outcome.js';
