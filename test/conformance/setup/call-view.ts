import { isRecord } from '../../../src/common/is-record.js';
import type { Exchange, Recorder } from './recorder.js';

/** A call in the terms of a scenario: steps have names instead of hashes, and values that differ from run to run are left out. */
export interface CallView {
  fn: string;
  step: string;
  attempt: unknown;
  maxAttempts: unknown;
  version: unknown;
  alone: unknown;
  fetches: unknown;
  steps: Record<string, unknown>;
  stack: string[];
  current: unknown;
  event: unknown;
  reports: unknown[];
  answer: unknown;
}

/** @param appId the id of the app, which is the prefix of its functions' ids */
export function viewCall(call: Exchange, recorder: Recorder, appId: string): CallView {
  const query = new URL(call.path, 'http://app').searchParams;
  const body = record(call.body);
  const ctx = record(body['ctx']);
  const stack = record(ctx['stack']);
  return {
    fn: (query.get('fnId') ?? '').replace(`${appId}-`, ''),
    step: recorder.stepName(query.get('stepId') ?? ''),
    attempt: ctx['attempt'],
    maxAttempts: ctx['max_attempts'],
    version: body['version'],
    alone: ctx['disable_immediate_execution'],
    fetches: ctx['use_api'],
    steps: Object.fromEntries(
      Object.entries(record(body['steps'])).map(([id, memo]) => [recorder.stepName(id), memo]),
    ),
    stack: list(stack['stack']).map((id) => recorder.stepName(String(id))),
    current: stack['current'],
    event: body['event'],
    reports: reportsOf(call, recorder).map(({ body: sent }) =>
      list(record(sent)['steps']).map((op) => viewOp(op, recorder)),
    ),
    answer: viewAnswer(call, recorder),
  };
}

/** The checkpoints that the app sent to the server during a call. */
export function reportsOf(call: Exchange, { toServer }: Recorder): Exchange[] {
  const requestId = record(record(call.body)['ctx'])['request_id'];
  return toServer.filter(
    ({ path, body }) => path.startsWith('/v1/checkpoint/') && record(body)['request_id'] === requestId,
  );
}

function viewAnswer({ answer }: Exchange, recorder: Recorder): unknown {
  if (!answer) return 'none yet';
  const { status, headers, body } = answer;
  const noRetry = headers['x-inngest-no-retry'];
  const retryAfter = headers['retry-after'];
  const rest = {
    ...(noRetry !== undefined && { noRetry: noRetry === 'true' }),
    ...(retryAfter !== undefined && { retryAfter: /^\d+$/.test(retryAfter) ? Number(retryAfter) : 'a date' }),
  };
  if (status === 206 && Array.isArray(body)) return { ops: body.map((op) => viewOp(op, recorder)), ...rest };
  if (status === 200) return { returns: body, ...rest };
  return { status, error: body, ...rest };
}

/** An op without its timing, which varies. `name` and `opts` are shown only if they add something. */
function viewOp(raw: unknown, recorder: Recorder): unknown {
  const { id, op, name, displayName, opts, data, error } = record(raw);
  const step = op === 'RunComplete' ? undefined : recorder.stepName(String(id));
  return {
    op,
    ...(step !== undefined && { step }),
    ...(name !== undefined && name !== displayName && { name }),
    ...(Object.keys(record(opts)).length > 0 && { opts }),
    ...((op === 'StepRun' || op === 'RunComplete') && { data }),
    ...(error !== undefined && { error }),
  };
}

function record(value: unknown): Record<string, unknown> {
  return isRecord(value) ? value : {};
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
