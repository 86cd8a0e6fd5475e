export { EventSender } from './event-sender.js';
export { InngestApi } from './inngest-api.js';
export { InngestRefusedError, InngestUnreachableError } from './inngest-api.errors.js';
export { InngestErrorFilter } from './inngest-error.filter.js';
export { ProgressStream } from './progress-stream.js';
export type { Progress, ProgressEvent } from './run-progress.js';
export * from './run-view.js';
export { RunsModule } from './runs.module.js';
export { RunsService, type EventOutcome } from './runs.service.js';
