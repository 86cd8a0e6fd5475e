import { inspect } from 'node:util';

/** How many causes of causes the SDK serializes. */
const MOST_CAUSES = 5;

/**
 * Anything can be thrown. The result is an Error that this module and the SDK can read and send:
 * - a harmless Error is returned as it is;
 * - an Error with a field that throws when it is read, or that JSON cannot hold, or with causes in a circle, is copied:
 *   same class, and every field that can be read;
 * - anything else becomes an Error that says the same, without a stack.
 *
 * The SDK serializes what is thrown; where that throws (a getter, a bigint), the real error and the time of the next
 * attempt are lost, or nobody answers the call and the process ends.
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
  // The class decides over retries.
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

/** Whether every field that is read of an error and its causes can be read, and be sent as JSON. */
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

/** A field of an error as JSON can hold it: what it cannot hold becomes a text. */
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

/** What it returns; undefined when it throws. */
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
