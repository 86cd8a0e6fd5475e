import type { AppEvent } from './event.js';

/** The version a call asks for before the app has said which one it speaks: "decide yourself". */
export const UNDECIDED_VERSION = -1;
/** From this version on an app wants parallel steps to be followed up once, when all have ended. */
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
  /** What the function has deferred already, by the id of the op; `abortable` until its run is over. */
  defers: Record<string, { abortable: boolean }>;
  event: AppEvent;
  events: AppEvent[];
  /** Memoized results by step id: `{data}`, `{error}`, `{input}`, an event, or null for a sleep or an expired wait. */
  steps: Record<string, unknown>;
  use_api: boolean;
  version: number;
}
