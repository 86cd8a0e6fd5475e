import { isRecord } from '../../common/is-record.js';
import { unstorable } from './storable-text.js';

/** An error as the SDK serialises it. */
export interface SerializedError {
  name?: string;
  message?: string;
  stack?: string;
  cause?: unknown;
  [extra: string]: unknown;
}

const ERROR_PARTS = ['name', 'message', 'stack', 'data', 'cause'] as const;

/** How long a step took, as the SDK measured it: `a` is the start in nanoseconds since 1970, `b` the duration. */
export interface OpTiming {
  a: number;
  b: number;
}

/**
 * One entry of an answer or a checkpoint: a request of the app to Inngest, or a report. The handlers in `src/embedded/ops`
 * read the fields that only one kind of op has.
 */
export interface Op {
  op: string;
  /** SHA-1 of the step's id (and its index, when the id repeats), in hex. */
  id: string;
  name?: string;
  displayName?: string;
  opts?: Record<string, unknown>;
  timing?: OpTiming;
  data?: unknown;
  error?: unknown;
}

/** An answer, or a part of it, is not in Inngest's protocol. */
export class ProtocolError extends Error {
  override name = 'ProtocolError';
}

/**
 * Parses the ops of a 206 answer or a checkpoint.
 *
 * @throws ProtocolError naming the op that is malformed
 */
export function parseOps(body: unknown): Op[] {
  // The first SDKs answer with one step instead of a list.
  if (isRecord(body)) return [parseOp(body)];
  if (Array.isArray(body)) return body.map(parseOp);
  throw new ProtocolError('error reading generator opcode response: expected JSON object or array');
}

function parseOp(raw: unknown): Op {
  if (!isRecord(raw)) throw new ProtocolError('A step must be a JSON object.');
  const { op, id, name, displayName, opts, timing, data, error } = raw;
  if (typeof op !== 'string' || typeof id !== 'string' || id === '') {
    throw new ProtocolError(`A step must have an "id" and an "op" (${String(op)}).`);
  }
  const bad = [displayName, name, id].find((text) => unstorable(text) !== undefined);
  if (bad !== undefined) {
    const step = JSON.stringify(displayName ?? name ?? id);
    throw new ProtocolError(
      `The step ${step} has an id or a name that ${unstorable(bad)}: ${JSON.stringify(bad)}.`,
    );
  }
  const parsed: Op = { op, id };
  if (typeof name === 'string') parsed.name = name;
  if (typeof displayName === 'string') parsed.displayName = displayName;
  if (isRecord(opts)) parsed.opts = opts;
  if (isTiming(timing)) parsed.timing = timing;
  if (data !== undefined) parsed.data = data;
  // The Go SDK sends null for an absent error.
  if (error !== undefined && error !== null) parsed.error = error;
  return parsed;
}

/** Reads an id or a name that an op must have. @throws ProtocolError when it is missing, or cannot be stored */
export function requiredText(value: unknown, op: Op, field: string): string {
  const step = `(step "${op.displayName ?? op.id}")`;
  const problem = unstorable(value);
  if (problem !== undefined) throw new ProtocolError(`${field} of ${op.op} ${problem} ${step}.`);
  if (typeof value === 'string' && value !== '') return value;
  throw new ProtocolError(`${op.op} needs "${field}" ${step}.`);
}

/** Reads a string that an op may have. */
export function optionalText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/**
 * The parts of an error that the server stores and sends back to the app. As on Inngest 1.43, it drops all other fields,
 * such as a `code`.
 */
export function asError(raw: unknown): SerializedError {
  if (!isRecord(raw)) {
    return { name: 'Error', message: typeof raw === 'string' ? raw : JSON.stringify(raw ?? null) };
  }
  return Object.fromEntries(ERROR_PARTS.flatMap((part) => (part in raw ? [[part, raw[part]]] : [])));
}

function isTiming(value: unknown): value is OpTiming {
  return isRecord(value) && Number.isFinite(value['a']) && Number.isFinite(value['b']);
}
