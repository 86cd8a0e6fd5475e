import { isRecord } from '../../../common/is-record.js';
import type { Run } from '../../store/run.store.js';
import { iso } from '../shared/run-views.js';
import { readStored } from '../../store/stored-json.js';
import { NO_ENVIRONMENT } from './v1-answer.js';

/** The statuses of runs in the words of the v1 API and of the Dev Server's MCP tools. */
export const STATUS_WORDS = {
  QUEUED: 'Scheduled',
  RUNNING: 'Running',
  COMPLETED: 'Completed',
  FAILED: 'Failed',
  CANCELLED: 'Cancelled',
} as const;

/** Errors of the server itself, by their names. */
const SERVER_ERRORS: readonly unknown[] = [
  'InngestErrFunctionOverflowed',
  'InngestErrStateOverflowed',
  'output_too_large',
];
const STEP_TOO_LARGE = 'error validating generator opcode ';

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
    status: STATUS_WORDS[run.status],
    ended_at: run.endedAt === null ? null : iso(run.endedAt),
    ...(run.endedAt !== null && { output: run.output === null ? {} : outputOf(run.output) }),
  };
}

/** As measured on Inngest 1.43, the v1 API shows the errors of apps as they are, and those of limits as `{error: …}`. */
function outputOf(json: string): unknown {
  const output = readStored(json);
  if (!isRecord(output)) return output;
  const { name, message } = output;
  const isServers =
    SERVER_ERRORS.includes(name) || (typeof message === 'string' && message.startsWith(STEP_TOO_LARGE));
  return isServers ? { error: output } : output;
}
