import type { Run } from '../../store/run.store.js';
import { iso } from '../shared/run-views.js';
import { readStored } from '../../store/stored-json.js';
import { NO_ENVIRONMENT } from './v1-answer.js';

const STATUS = {
  QUEUED: 'Scheduled',
  RUNNING: 'Running',
  COMPLETED: 'Completed',
  FAILED: 'Failed',
  CANCELLED: 'Cancelled',
} as const;

/** A run as the v1 API shows it. */
export function v1Run(run: Run, eventId: string): object {
  return {
    run_id: run.id,
    run_started_at: iso(run.queuedAt),
    function_id: run.functionId,
    function_version: 0,
    environment_id: NO_ENVIRONMENT,
    event_id: eventId,
    ...(run.originalRunId !== null && { original_run_id: run.originalRunId }),
    status: STATUS[run.status],
    ended_at: run.endedAt === null ? null : iso(run.endedAt),
    ...(run.endedAt !== null && { output: run.output === null ? {} : readStored(run.output) }),
  };
}
