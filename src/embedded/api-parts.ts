import { CheckpointController } from './api/checkpoint.controller.js';
import { ConnectController } from './api/connect.controller.js';
import { EventsController } from './api/events.controller.js';
import { RealtimeController } from './api/realtime.controller.js';
import { RegistrationController } from './api/registration.controller.js';
import { RunCommands } from './api/shared/run-commands.js';
import { RunStateController } from './api/run-state.controller.js';
import { RunViews } from './api/shared/run-views.js';
import { ServerController } from './api/server.controller.js';
import { UnsupportedController } from './api/unsupported.controller.js';
import { V1CancellationsController } from './api/v1/v1-cancellations.controller.js';
import { V1EventsController } from './api/v1/v1-events.controller.js';
import { V1FunctionsController } from './api/v1/v1-functions.controller.js';
import { V1JobsController } from './api/v1/v1-jobs.controller.js';
import { V1RunsController } from './api/v1/v1-runs.controller.js';
import { V1SignalsController } from './api/v1/v1-signals.controller.js';
import { EventSearch } from './api/v2/event-search.js';
import { EventViews } from './api/v2/event-views.js';
import { FlowActivity } from './api/v2/flow-activity.js';
import { FunctionViews } from './api/v2/function-views.js';
import { RunBulk } from './api/v2/run-bulk.js';
import { ClockMoves } from './api/v2/clock-moves.js';
import { RunMatcher } from './api/v2/run-matcher.js';
import { RunExport } from './api/v2/run-export.js';
import { RunRequests } from './api/v2/run-requests.js';
import { RunSearch } from './api/v2/run-search.js';
import { RunTrace } from './api/v2/run-trace.js';
import { V2Answers } from './api/v2/v2-answer.js';
import { V2ActivityController } from './api/v2/v2-activity.controller.js';
import { V2ClockController } from './api/v2/v2-clock.controller.js';
import { V2EventsController } from './api/v2/v2-events.controller.js';
import { V2BulkController } from './api/v2/v2-bulk.controller.js';
import { V2ExportController } from './api/v2/v2-export.controller.js';
import { V2FunctionsController } from './api/v2/v2-functions.controller.js';
import { V2JobsController } from './api/v2/v2-jobs.controller.js';
import { V2RunsController } from './api/v2/v2-runs.controller.js';

/** The controllers of the HTTP API. */
export const controllers = [
  ServerController,
  EventsController,
  RegistrationController,
  CheckpointController,
  ConnectController,
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
  // Before V2RunsController, whose route with an id would match "export" too.
  V2BulkController,
  V2ExportController,
  V2RunsController,
  V2FunctionsController,
  V2ActivityController,
  V2JobsController,
  V2ClockController,
];

export const apiProviders = [
  ClockMoves,
  EventSearch,
  EventViews,
  FunctionViews,
  FlowActivity,
  RunCommands,
  RunBulk,
  RunExport,
  RunMatcher,
  RunRequests,
  RunViews,
  RunSearch,
  RunTrace,
  V2Answers,
];
