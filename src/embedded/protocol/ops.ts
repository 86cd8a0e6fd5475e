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

interface OpBase {
  /** SHA-1 of the step's id (and its index, when the id repeats), in hex. */
  id: string;
  name?: string;
  displayName?: string;
  opts?: Record<string, unknown>;
  timing?: OpTiming;
}

export interface StepRunOp extends OpBase {
  op: 'StepRun';
  data: unknown;
}
export interface StepErrorOp extends OpBase {
  op: 'StepError' | 'StepFailed';
  error: SerializedError;
}
export interface StepPlannedOp extends OpBase {
  op: 'StepPlanned';
}
export interface SleepOp extends OpBase {
  op: 'Sleep';
  /** A duration ("1h30m") or an ISO date. */
  name: string;
}
export interface WaitForEventOp extends OpBase {
  op: 'WaitForEvent';
  /** The name of the event. */
  name: string;
  opts: { timeout?: string; if?: string } & Record<string, unknown>;
}
export interface WaitForSignalOp extends OpBase {
  op: 'WaitForSignal';
  opts: { signal: string; timeout?: string; conflict?: 'fail' | 'replace' } & Record<string, unknown>;
}
export interface InvokeFunctionOp extends OpBase {
  op: 'InvokeFunction';
  opts: {
    function_id: string;
    payload?: { data?: unknown; v?: string };
    timeout?: string;
  } & Record<string, unknown>;
}
export interface GatewayOp extends OpBase {
  op: 'Gateway';
  opts: {
    url: string;
    method?: string;
    headers?: Record<string, string>;
    body?: string;
  } & Record<string, unknown>;
}
export interface StepNotFoundOp extends OpBase {
  op: 'StepNotFound';
}
export interface RunCompleteOp extends OpBase {
  op: 'RunComplete';
  data: unknown;
}

/** What an app can ask of Inngest in an answer or a checkpoint. */
export type Op =
  | StepRunOp
  | StepErrorOp
  | StepPlannedOp
  | SleepOp
  | WaitForEventOp
  | WaitForSignalOp
  | InvokeFunctionOp
  | GatewayOp
  | StepNotFoundOp
  | RunCompleteOp;

export type OpCode = Op['op'];

/** An answer, or a part of one, that does not speak Inngest's protocol. */
export class ProtocolError extends Error {
  override name = 'ProtocolError';
}

/**
 * Reads the ops of a 206 answer or a checkpoint.
 *
 * @throws ProtocolError naming the op that is malformed or that this server cannot do
 */
export function parseOps(body: unknown): Op[] {
  if (!Array.isArray(body)) throw new ProtocolError('Expected an array of steps.');
  return body.map(parseOp);
}

function parseOp(raw: unknown): Op {
  if (!isRecord(raw)) throw new ProtocolError('A step must be an object.');
  const code = raw['op'];
  if (typeof raw['id'] !== 'string' || raw['id'] === '') {
    throw new ProtocolError(`A step needs an id (${String(code)}).`);
  }
  const base: OpBase = {
    id: raw['id'],
    ...(typeof raw['name'] === 'string' && { name: raw['name'] }),
    ...(typeof raw['displayName'] === 'string' && { displayName: raw['displayName'] }),
    ...(isRecord(raw['opts']) && { opts: raw['opts'] }),
    ...(isTiming(raw['timing']) && { timing: raw['timing'] }),
  };
  switch (code) {
    case 'StepRun':
    case 'Step':
      return { ...base, op: 'StepRun', data: raw['data'] ?? null };
    case 'StepError':
    case 'StepFailed':
      return { ...base, op: code, error: asError(raw['error']) };
    case 'RunComplete':
      return { ...base, op: code, data: raw['data'] ?? null };
    case 'StepPlanned':
    case 'StepNotFound':
      return { ...base, op: code };
    case 'Sleep':
      return { ...base, op: code, name: required(base.name, code, 'name') };
    case 'WaitForEvent':
      return { ...base, op: code, name: required(base.name, code, 'name'), opts: base.opts ?? {} };
    case 'WaitForSignal':
      return { ...base, op: code, opts: { ...base.opts, signal: option(base, code, 'signal') } };
    case 'InvokeFunction':
      return { ...base, op: code, opts: { ...base.opts, function_id: option(base, code, 'function_id') } };
    case 'Gateway':
      return { ...base, op: code, opts: { ...base.opts, url: option(base, code, 'url') } };
    default:
      throw new ProtocolError(
        `The embedded Inngest cannot do "${String(code)}" (step "${base.displayName ?? base.id}"). ` +
          'Point INNGEST_URL at an Inngest server that can.',
      );
  }
}

/**
 * The parts of an error that are kept and sent back to the app, as on Inngest 1.43: whatever else the app put on it,
 * such as a `code`, is not.
 */
export function asError(raw: unknown): SerializedError {
  if (!isRecord(raw)) {
    return { name: 'Error', message: typeof raw === 'string' ? raw : JSON.stringify(raw ?? null) };
  }
  return Object.fromEntries(ERROR_PARTS.flatMap((part) => (part in raw ? [[part, raw[part]]] : [])));
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isTiming(value: unknown): value is OpTiming {
  return isRecord(value) && Number.isFinite(value['a']) && Number.isFinite(value['b']);
}

function required(value: string | undefined, op: string, field: string): string {
  if (!value) throw new ProtocolError(`${op} needs "${field}".`);
  return value;
}

function option(base: OpBase, op: string, field: string): string {
  const value = base.opts?.[field];
  return required(typeof value === 'string' ? value : undefined, op, `opts.${field}`);
}
