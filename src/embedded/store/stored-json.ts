import { isRecord } from '../../common/is-record.js';

/** Replaces JSON in a row that cannot be parsed. The API and the dashboard show its message. */
export interface Damaged {
  damaged: string;
}

/** All {@link Damaged} objects. They are recognized by identity, because a user's data may look the same. */
const damagedValues = new WeakSet();

/**
 * Parses JSON from a row. Never throws, so that one damaged row does not break a whole list.
 *
 * @returns a {@link Damaged} when the text is not valid JSON
 */
export function readStored(json: unknown): unknown {
  try {
    return JSON.parse(String(json)) as unknown;
  } catch {
    return damaged(json);
  }
}

/** As {@link readStored}, for JSON that must be an object. */
export function readStoredRecord(json: unknown): Record<string, unknown> {
  const value = readStored(json);
  return isRecord(value) ? value : (damaged(json) as Damaged & Record<string, unknown>);
}

/** As {@link readStored}, for JSON that must be a list. Returns an empty list when it is not. */
export function readStoredList<T>(json: unknown): T[] {
  const value = readStored(json);
  return Array.isArray(value) ? (value as T[]) : [];
}

/** Whether a value replaces damaged JSON. Such a value may only be shown, not used. */
export function isDamaged(value: unknown): boolean {
  return typeof value === 'object' && value !== null && damagedValues.has(value);
}

function damaged(json: unknown): Damaged {
  const shown = String(json).slice(0, 60);
  const value = { damaged: `The data file has no valid JSON here, but ${JSON.stringify(shown)}.` };
  damagedValues.add(value);
  return value;
}
