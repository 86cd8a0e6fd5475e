import { createHash } from 'node:crypto';

/** A call of Inngest. The default of each field is that of a first call without steps. */
export interface CallOptions {
  /** The function's id including the app's: `app-function`. */
  fnId: string;
  stepId?: string;
  runId?: string;
  attempt?: number;
  maxAttempts?: number;
  event?: { name: string; data: unknown };
  /** Memoized steps by name, in the order of their completion. */
  steps?: Record<string, { data: unknown } | { error: { name: string; message: string } }>;
  disableImmediateExecution?: boolean;
  headers?: Record<string, string>;
}

/** The hashed id of a step: the SHA-1 of its name. */
export const stepHash = (name: string): string => createHash('sha1').update(name).digest('hex');

/** An op in an answer to a call. */
export interface Op {
  op: string;
  id: string;
  displayName?: string;
  data?: unknown;
  error?: { name: string; message: string; stack: string; cause?: unknown };
}

export interface CallAnswer {
  status: number;
  headers: Headers;
  body: unknown;
  ops: Op[];
}

/** The body of a call, as Inngest 1.43 sends it. */
export function callBody({
  runId = '01RUN0000000000000000000000',
  stepId = 'step',
  attempt = 0,
  maxAttempts = 6,
  event = { name: 'test/asked', data: {} },
  steps = {},
  disableImmediateExecution = false,
}: CallOptions): unknown {
  const stack = Object.keys(steps).map(stepHash);
  const full = { id: '01EVENT00000000000000000000', ts: 1795441743726, user: {}, ...event };
  return {
    ctx: {
      attempt,
      disable_immediate_execution: disableImmediateExecution,
      env: '',
      fn_id: 'c621a565-3aa9-5d08-927f-8fb060c9413d',
      generation_id: 1,
      job_id: 'job',
      max_attempts: maxAttempts,
      qi_id: 'cWk=',
      request_id: '01REQUEST000000000000000000',
      run_id: runId,
      stack: { current: stack.length, stack },
      step_id: stepId,
      use_api: false,
    },
    defers: {},
    event: full,
    events: [full],
    steps: Object.fromEntries(Object.entries(steps).map(([name, result]) => [stepHash(name), result])),
    use_api: false,
    version: 2,
  };
}

/** Calls a function of the application at `appUrl` over HTTP. */
export async function call(appUrl: string, options: CallOptions): Promise<CallAnswer> {
  const { fnId, stepId = 'step', headers } = options;
  const response = await fetch(`${appUrl}/api/inngest?fnId=${fnId}&stepId=${stepId}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-inngest-req-version': '2', ...headers },
    body: JSON.stringify(callBody(options)),
  });
  const text = await response.text();
  const body: unknown = text === '' ? undefined : JSON.parse(text);
  return {
    status: response.status,
    headers: response.headers,
    body,
    ops: Array.isArray(body) ? (body as Op[]) : [],
  };
}
