import { isRecord } from '../../../common/is-record.js';
import type { Run } from '../../store/run.store.js';
import { iso } from '../shared/run-views.js';
import { readStored } from '../../store/stored-json.js';
import { NO_ENVIRONMENT } from './v1-answer.js';

/** The statuses of runs in the v1 API and in the Dev Server's MCP tools. */
export const STATUS_WORDS = {
  QUEUED: 'Scheduled',
  RUNNING: 'Running',
  COMPLETED: 'Completed',
  FAILED: 'Failed',
  CANCELLED: 'Cancelled',
} as const;

/** The names of errors that the server makes, not the app. */
const SERVER_ERRORS: readonly unknown[] = [
  'InngestErrFunctionOverflowed',
  'InngestErrStateOverflowed',
  'output_too_large',
];
const STEP_TOO_LARGE = 'error validating generator opcode ';

/** A run in the form of the v1 API. */
export function v1Run(run: Run, eventId: string): object {
  return {
    run_id: run.id,
    run_started_at: iso(run.queuedAt),
    function_id: run.functionId,
    function_version: 0,
    environment_id: NO_ENVIRONMENT,
    event_id: eventId,
    ...(run.originalRunId !== null && { original_run_id: run.originalRunId }),
    status: STATUS_WORDS[run.status],
    ended_at: run.endedAt === null ? null : iso(run.endedAt),
    ...(run.endedAt !== null && { output: run.output === null ? {} : outputOf(run.output) }),
  };
}

/** Measured on Inngest 1.43: the v1 API shows errors of apps unchanged, and errors of the server's limits as `{error: …}`. */
function outputOf(json: string): unknown {
  const output = readStored(json);
  if (!isRecord(output)) return output;
  const { name, message } = output;
  const isServerError =
    SERVER_ERRORS.includes(name) || (typeof message === 'string' && message.startsWith(STEP_TOO_LARGE));
  return isServerError ? { error: output } : output;
}
