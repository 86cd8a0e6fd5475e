import { isRecord } from '../../common/is-record.js';

/** The groups that an event and its runs belong to: the id of the group, by the kind of group. */
export type Sessions = Record<string, string>;

/** Limits read in Inngest's source. */
const MAX_SESSIONS = 5;
const MAX_KEY_BYTES = 128;
const MAX_ID_BYTES = 512;

/** The `meta` of an event is one that Inngest refuses. The message is for the sender. */
export class InvalidSessionsError extends Error {
  override name = 'InvalidSessionsError';
}

/**
 * The sessions of an event: those that its sender names (`sessions`), and those that the SDK passes on from the run that
 * sent it (`propagated_sessions`). The sender's sessions have precedence. A session that is null removes the one passed on;
 * if `sessions` is null, all of them are removed.
 *
 * @returns undefined if there are none
 * @throws InvalidSessionsError
 */
export function resolveSessions(meta: unknown): Sessions | undefined {
  if (meta === undefined || meta === null) return undefined;
  if (!isRecord(meta)) throw new InvalidSessionsError('event meta must be an object');
  const { sessions: own, propagated_sessions: propagated } = meta;
  const resolved = new Map<string, string>();
  const removed = new Set<string>();
  for (const [key, id] of entries(own)) {
    if (id === null) removed.add(key);
    else resolved.set(key, idOf(key, id));
  }
  const inherited = own === null ? [] : entries(propagated).toSorted(([a], [b]) => compareBytes(a, b));
  for (const [key, id] of inherited) {
    if (!removed.has(key) && !resolved.has(key) && resolved.size < MAX_SESSIONS)
      resolved.set(key, idOf(key, id));
  }
  check(resolved);
  return resolved.size === 0 ? undefined : Object.fromEntries(resolved);
}

function entries(sessions: unknown): [string, unknown][] {
  if (sessions === undefined || sessions === null) return [];
  if (!isRecord(sessions)) throw new InvalidSessionsError('event sessions must be an object');
  return Object.entries(sessions);
}

function idOf(key: string, id: unknown): string {
  if (typeof id === 'string' || typeof id === 'number') return String(id);
  throw new InvalidSessionsError(`event session "${key}" must be a string or number`);
}

function check(sessions: ReadonlyMap<string, string>): void {
  if (sessions.size > MAX_SESSIONS) {
    throw new InvalidSessionsError(`event sessions can include at most ${MAX_SESSIONS} entries`);
  }
  for (const [key, id] of sessions) {
    if (key === '') throw new InvalidSessionsError('event session keys cannot be empty');
    if (Buffer.byteLength(key) > MAX_KEY_BYTES)
      throw new InvalidSessionsError(`event session key "${key}" exceeds ${MAX_KEY_BYTES} bytes`);
    if (id === '') throw new InvalidSessionsError(`event session "${key}" cannot have an empty ID`);
    if (Buffer.byteLength(id) > MAX_ID_BYTES)
      throw new InvalidSessionsError(`event session "${key}" exceeds ${MAX_ID_BYTES} bytes`);
  }
}

function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
