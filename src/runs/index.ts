export { ASK_WITHIN_MS, SEND_WITHIN_MS } from './deadlines.js';
export { EventSender } from './event-sender.js';
export { InngestApi } from './inngest-api.js';
export { InngestRefusedError, InngestUnreachableError, NotRegisteredError } from './inngest-api.errors.js';
export { InngestErrorFilter } from './inngest-error.filter.js';
export { ProgressStream, type FollowedRun } from './progress-stream.js';
export { RunCommands, RunConflictError } from './run-commands.js';
export {
  BadCursorError,
  LISTED_STATUSES,
  RunLists,
  type ListedEvent,
  type ListedStatus,
} from './run-lists.js';
export { type Progress, type ProgressEvent } from './run-progress.js';
export * from './run-view.js';
export { RunsModule } from './runs.module.js';
export { RunsService, type EventOutcome } from './runs.service.js';
