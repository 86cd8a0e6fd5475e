import { isRecord } from '../../common/is-record.js';

/** Stands in a row for JSON that cannot be read, and says so wherever the row is shown. */
export interface Damaged {
  damaged: string;
}

/** Remembered by identity: data of a user may look the same. */
const found = new WeakSet();

/**
 * Reads JSON out of a row. Never throws: one damaged row must not spoil the list that it is in.
 *
 * @returns a {@link Damaged} when it is not JSON
 */
export function readStored(json: unknown): unknown {
  try {
    return JSON.parse(String(json)) as unknown;
  } catch {
    return damaged(json);
  }
}

/** As {@link readStored}, where an object must be. */
export function readStoredRecord(json: unknown): Record<string, unknown> {
  const value = readStored(json);
  return isRecord(value) ? value : (damaged(json) as Damaged & Record<string, unknown>);
}

/** As {@link readStored}, where a list must be; one that cannot be read is empty. */
export function readStoredList<T>(json: unknown): T[] {
  const value = readStored(json);
  return Array.isArray(value) ? (value as T[]) : [];
}

/** Whether a value stands for JSON that could not be read. Nothing may be done with it but show it. */
export function isDamaged(value: unknown): boolean {
  return typeof value === 'object' && value !== null && found.has(value);
}

function damaged(json: unknown): Damaged {
  const shown = String(json).slice(0, 60);
  const value = { damaged: `The data file holds no valid JSON here, but ${JSON.stringify(shown)}.` };
  found.add(value);
  return value;
}
