import { CheckpointController } from './checkpoint.controller.js';
import { EventsController } from './events.controller.js';
import { RealtimeController } from './realtime.controller.js';
import { RegistrationController } from './registration.controller.js';
import { RunCommands } from './run-commands.js';
import { RunStateController } from './run-state.controller.js';
import { RunViews } from './run-views.js';
import { ServerController } from './server.controller.js';
import { UnsupportedController } from './unsupported.controller.js';
import { V1CancellationsController } from './v1/v1-cancellations.controller.js';
import { V1EventsController } from './v1/v1-events.controller.js';
import { V1FunctionsController } from './v1/v1-functions.controller.js';
import { V1JobsController } from './v1/v1-jobs.controller.js';
import { V1RunsController } from './v1/v1-runs.controller.js';
import { V1SignalsController } from './v1/v1-signals.controller.js';
import { EventViews } from './v2/event-views.js';
import { FlowActivity } from './v2/flow-activity.js';
import { RunSearch } from './v2/run-search.js';
import { RunTrace } from './v2/run-trace.js';
import { V2Answers } from './v2/v2-answer.js';
import { V2ActivityController } from './v2/v2-activity.controller.js';
import { V2EventsController } from './v2/v2-events.controller.js';
import { V2FunctionsController } from './v2/v2-functions.controller.js';
import { V2RunsController } from './v2/v2-runs.controller.js';

/** The server's HTTP face. */
export const controllers = [
  ServerController,
  EventsController,
  RegistrationController,
  CheckpointController,
  RunStateController,
  RealtimeController,
  UnsupportedController,
  V1EventsController,
  V1RunsController,
  V1JobsController,
  V1FunctionsController,
  V1SignalsController,
  V1CancellationsController,
  V2EventsController,
  V2RunsController,
  V2FunctionsController,
  V2ActivityController,
];

export const apiProviders = [EventViews, FlowActivity, RunCommands, RunViews, RunSearch, RunTrace, V2Answers];
