import { printable, printableStack } from './printable.js';

/** The message of a thrown value, which may not be an Error. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/**
 * The stack of a thrown value, for unexpected errors; its text if it has no stack. A message of several lines becomes
 * one line, so that it cannot look like a stack frame or like another line of the log.
 */
export function stackOf(thrown: unknown): string {
  const stack: unknown = thrown instanceof Error ? thrown.stack : undefined;
  return typeof stack !== 'string' ? printable(String(thrown)) : printableStack(stack, messageOf(thrown));
}

/**
 * Why a network request failed, such as `connect ECONNREFUSED 127.0.0.1:8288`. Node's fetch says only "fetch failed"
 * and puts the reason into `cause`; a host name with several addresses gives an AggregateError without a message, whose
 * first error says it.
 */
export function networkReason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause !== undefined) return networkReason(error.cause);
  const [first] = error instanceof AggregateError ? (error.errors as unknown[]) : [];
  if (first !== undefined) return networkReason(first);
  return error.message || (error as NodeJS.ErrnoException).code || String(error);
}
