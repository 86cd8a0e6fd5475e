import type { AppEvent } from './event.js';

/** The request version of a call before the app has named its version. It means that the app may choose. */
export const UNDECIDED_VERSION = -1;
/** From this version on, the server calls the function once after parallel steps, when all of them have ended. */
export const COALESCING_VERSION = 2;

/** The body of a call to an app (`POST {app url}?fnId=…&stepId=…`). */
export interface CallBody {
  ctx: {
    attempt: number;
    disable_immediate_execution: boolean;
    env: string;
    fn_id: string;
    generation_id: number;
    job_id: string;
    max_attempts: number;
    qi_id: string;
    request_id: string;
    run_id: string;
    stack: { current: number; stack: string[] };
    step_id: 'step';
    use_api: boolean;
  };
  /** The runs that the function has deferred so far, by the id of the op. `abortable` until the deferred run has ended. */
  defers: Record<string, { abortable: boolean }>;
  event: AppEvent;
  events: AppEvent[];
  /** Memoized results by step id: `{data}`, `{error}`, `{input}`, an event, or null for a sleep or a wait that timed out. */
  steps: Record<string, unknown>;
  use_api: boolean;
  version: number;
}
