import { inspect } from 'node:util';

/** How many nested causes the SDK serializes. */
const MOST_CAUSES = 5;

/**
 * Converts a thrown value to an Error that this module and the SDK can read and serialize:
 * - An Error that can be serialized is returned unchanged.
 * - An Error with a field that throws when read or that JSON cannot represent, or with a cycle of causes, is copied:
 *   the copy has the same class and all readable fields.
 * - Any other value becomes an Error with its text as the message, without a stack.
 *
 * Without this, the SDK would serialize the thrown value with JSON.stringify. If that throws (a getter, a bigint), the
 * real error and the time of the next attempt are lost, or the call is never answered and the process ends.
 */
export function toError(thrown: unknown, depth = 0): Error {
  const isError = attempt(() => thrown instanceof Error) === true;
  if (isError && isSendable(thrown as Error)) return thrown as Error;
  const isErrorLike = isError || attempt(() => isObject(thrown) && 'message' in thrown) === true;
  if (!isErrorLike) return named(new Error(text(thrown) ?? described(thrown)), 'Error', '');
  const fields = thrown as object;
  const read = (key: PropertyKey): unknown => attempt(() => Reflect.get(fields, key) as unknown);
  const error = new Error(text(read('message')) ?? described(thrown));
  const { message } = error;
  const keys = (attempt(() => Object.keys(fields)) ?? []).filter((key) => key !== 'cause');
  for (const key of keys) define(error, key, sendable(read(key), depth), true);
  const cause = sendable(read('cause'), depth);
  if (cause !== undefined) define(error, 'cause', cause);
  define(error, 'message', message);
  // Keep the class, because it decides about retries.
  if (isError) Object.setPrototypeOf(error, attempt(() => Reflect.getPrototypeOf(fields)) ?? Error.prototype);
  return named(error, text(read('name')) ?? 'Error', text(read('stack')) ?? '');
}

function named(error: Error, name: string, stack: string): Error {
  define(error, 'name', name);
  define(error, 'stack', stack);
  return error;
}

function define(error: Error, key: string, value: unknown, enumerable = false): void {
  Object.defineProperty(error, key, { value, enumerable, configurable: true, writable: true });
}

/** Whether all fields of an error and of its causes can be read and serialized as JSON. */
function isSendable(error: Error, seen = new Set<Error>()): boolean {
  if (seen.has(error)) return false;
  seen.add(error);
  try {
    const { name, message, stack, cause, code } = error as Error & { code?: unknown };
    Object.entries(error);
    JSON.stringify([stack, code, cause], withoutCycles());
    if (typeof name !== 'string' || typeof message !== 'string') return false;
    return !(cause instanceof Error) || isSendable(cause, seen);
  } catch {
    return false;
  }
}

/** A field of an error for JSON. A value that JSON cannot represent becomes a text. */
function sendable(value: unknown, depth: number): unknown {
  if (attempt(() => value instanceof Error) === true) {
    return depth < MOST_CAUSES ? toError(value, depth + 1) : undefined;
  }
  try {
    JSON.stringify(value, withoutCycles());
    return value;
  } catch {
    return described(value);
  }
}

function withoutCycles(): (key: string, value: unknown) => unknown {
  const seen = new WeakSet();
  return (_, value) => {
    if (!isObject(value)) return value;
    if (seen.has(value)) return undefined;
    seen.add(value);
    return value;
  };
}

function described(value: unknown): string {
  return attempt(() => inspect(value)) ?? 'What was thrown has a message that cannot be read.';
}

/** The result of the function; undefined if it throws. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
