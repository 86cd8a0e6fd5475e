import { isRecord } from '../common/is-record.js';
import type { EventRecord, JobRecord, RunRecord, SpanRecord, WaitingRecord } from './run-record.js';

export type Json = Record<string, unknown>;

/** The objects in a list; empty for any other value. */
export function objects(value: unknown): Json[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

/** An event of `GET /v1/events/{id}`; undefined if the value is not one. */
export function parseEvent(value: unknown): EventRecord | undefined {
  if (!isRecord(value)) return undefined;
  const id = text(value['internal_id']) ?? text(value['id']);
  const name = text(value['name']);
  const receivedAt = time(value['received_at']);
  if (id === undefined || name === undefined || receivedAt === undefined) return undefined;
  const waiting = text(value['waiting']);
  return {
    id,
    name,
    data: value['data'],
    receivedAt: Date.parse(receivedAt),
    ...(waiting !== undefined && { waiting }),
  };
}

/** A run of the v2 API. */
export function parseRun(value: Json): RunRecord {
  const status = (text(value['status']) ?? '').toUpperCase();
  return {
    id: text(value['id']) ?? '',
    status,
    queuedAt: time(value['queuedAt']),
    startedAt: time(value['startedAt']),
    endedAt: time(value['endedAt']),
    output: unwrapped(value['output'], status),
    waiting: parseWaiting(value['waiting']),
  };
}

/** A run of `GET /v1/events/{id}/runs`. Its start is the time at which it was queued, and its output is unreliable. */
export function parseRunV1(value: Json): RunRecord {
  const status = (text(value['status']) ?? '').toUpperCase();
  const output = value['output'];
  return {
    id: text(value['run_id']) ?? '',
    status: status === 'SCHEDULED' ? 'QUEUED' : status,
    queuedAt: time(value['run_started_at']),
    endedAt: time(value['ended_at']),
    // The output of a checkpointed run is "" here (measured on Inngest 1.43).
    output: output === '' ? undefined : unwrapped(output, status),
  };
}

export function parseSpan(value: Json): SpanRecord {
  const status = (text(value['status']) ?? '').toUpperCase();
  return {
    name: text(value['name']) ?? '',
    stepId: text(value['stepId']),
    status,
    queuedAt: time(value['queuedAt']),
    startedAt: time(value['startedAt']),
    endedAt: time(value['endedAt']),
    output: unwrapped(value['output'], status),
    children: objects(value['children']).map(parseSpan),
  };
}

/** A job of `GET /v1/runs/{id}/jobs`; undefined if the value is not one. */
export function parseJob(value: Json): JobRecord | undefined {
  const at = time(value['at']);
  const { attempt } = value;
  return at === undefined || typeof attempt !== 'number' ? undefined : { at, attempt };
}

function parseWaiting(value: unknown): WaitingRecord | undefined {
  if (!isRecord(value)) return undefined;
  const reason = text(value['reason']);
  const { attempt } = value;
  if (reason === undefined) return undefined;
  return { reason, until: time(value['until']), ...(typeof attempt === 'number' ? { attempt } : {}) };
}

/**
 * Inngest returns an object unchanged, and any other output as `{data: …}`. Its lists of runs wrap the error of a
 * failed run as `{error: …}`; the run itself and its trace do not (measured on Inngest 1.43).
 */
function unwrapped(output: unknown, status: string): unknown {
  if (!isRecord(output) || Object.keys(output).length !== 1) return output;
  if (status === 'FAILED' && output['error'] != null) return output['error'];
  return 'data' in output && !isRecord(output['data']) ? output['data'] : output;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** A time as ISO 8601 with milliseconds. Go's zero time means that no time is set. */
function time(value: unknown): string | undefined {
  const at = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(at) || at <= 0 ? undefined : new Date(at).toISOString();
}
