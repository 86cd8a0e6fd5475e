import { tooLargeFor } from '../protocol/event-size.js';
import { isRecord } from '../../common/is-record.js';
import { LATEST_TIME } from '../../common/iso-time.js';
import { unstorable } from '../protocol/storable-text.js';
import { unknownNames } from '../../common/unknown-names.js';
import { InvalidSessionsError, resolveSessions, type Sessions } from '../protocol/sessions.js';

/** A checked event from a client. */
export interface IncomingEvent {
  name: string;
  data: Record<string, unknown>;
  /** The sender's id. Events with the same id run each function once. */
  id?: string;
  /** The event's time in milliseconds since 1970. If it is in the future, the event is delivered at that time. */
  ts?: number;
  user?: Record<string, unknown>;
  v?: string;
  sessions?: Sessions;
}

const FIELDS = ['name', 'data', 'id', 'ts', 'user', 'v', 'meta'] as const;

const EARLIEST_TS = Date.UTC(1980, 0, 1);
const GO_TYPES = { string: 'string', number: 'number', boolean: 'bool' } as const;

/** The event is invalid. The messages are the real server's; for unknown fields, which it drops, there is another one. */
export class InvalidEventError extends Error {
  override name = 'InvalidEventError';
}

/** @throws InvalidEventError */
export function parseIncomingEvent(raw: unknown): IncomingEvent {
  if (!isRecord(raw)) {
    throw new InvalidEventError(`json: cannot unmarshal ${goType(raw)} into Go value of type event.Event`);
  }
  check(raw, 'name', 'string', isString);
  check(raw, 'id', 'string', isString);
  check(raw, 'v', 'string', isString);
  check(raw, 'data', 'map[string]interface {}', isRecord);
  check(raw, 'user', 'map[string]interface {}', isRecord);
  check(raw, 'ts', 'int64', Number.isSafeInteger);
  const { name, data, id, ts, user, v } = raw as Partial<IncomingEvent>;
  if (!name) throw new InvalidEventError('event name is empty');
  if (name.startsWith('inngest/')) {
    throw new InvalidEventError(`event name is reserved for internal use: ${name}`);
  }
  refuseUnstorable({ name, id, v });
  const unknown = unknownNames('event', Object.keys(raw), FIELDS);
  if (unknown !== undefined) throw new InvalidEventError(unknown);
  // 0 stands for "not given".
  if (ts != null && ts !== 0 && ts < EARLIEST_TS) {
    throw new InvalidEventError('timestamp is before Jan 1, 1980');
  }
  if (ts != null && ts > LATEST_TIME) throw new InvalidEventError('timestamp is after Sep 13, 275760');
  const sessions = sessionsOf(raw['meta']);
  assertFits(raw);
  return {
    name,
    data: data ?? {},
    ...(id && { id }),
    ...(ts && { ts }),
    ...(user && { user }),
    ...(v && { v }),
    ...(sessions && { sessions }),
  };
}

/** @throws InvalidEventError when the event is too large */
export function assertFits(event: object): void {
  const problem = tooLargeFor(event);
  if (problem !== undefined) throw new InvalidEventError(problem);
}

function refuseUnstorable(texts: Record<string, string | undefined>): void {
  for (const [field, text] of Object.entries(texts)) {
    const problem = unstorable(text);
    if (problem !== undefined)
      throw new InvalidEventError(`event ${field} ${problem}: ${JSON.stringify(text)}`);
  }
}

function sessionsOf(meta: unknown): Sessions | undefined {
  try {
    return resolveSessions(meta);
  } catch (error) {
    if (error instanceof InvalidSessionsError) throw new InvalidEventError(error.message);
    throw error;
  }
}

function check(
  raw: Record<string, unknown>,
  field: string,
  type: string,
  is: (value: unknown) => boolean,
): void {
  const value = raw[field];
  if (value === undefined || value === null || is(value)) return;
  throw new InvalidEventError(
    `json: cannot unmarshal ${goType(value)} into Go struct field raw.${field} of type ${type}`,
  );
}

function isString(value: unknown): boolean {
  return typeof value === 'string';
}

function goType(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return GO_TYPES[typeof value as keyof typeof GO_TYPES] ?? 'object';
}
