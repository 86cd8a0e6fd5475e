import type { Answer } from '../protocol/answer.js';
import type { Op } from '../protocol/ops.js';

/** The function has returned. */
export function completed(output: unknown): Answer {
  return { kind: 'completed', output };
}

/** The app answers with ops; each `id` is also the step's name. */
export function ops(...list: Op[]): Answer & { kind: 'ops' } {
  return { kind: 'ops', ops: list, noRetry: false, retryAfter: undefined };
}

/** The app asks for a call of its own for the step. */
export function planned(id: string, opts?: Op['opts']): Op {
  return { op: 'StepPlanned', id, ...(opts && { opts }) };
}

/** The app has executed the step. */
export function ran(id: string, data: unknown = null): Op {
  return { op: 'StepRun', id, data };
}

/** The step has thrown. */
export function threw(id: string, message = 'no'): Op {
  return { op: 'StepError', id, error: { name: 'Error', message } };
}

/** The function sleeps. @param duration such as "1h", or a date */
export function sleeps(id: string, duration: string): Op {
  return { op: 'Sleep', id, name: duration };
}
