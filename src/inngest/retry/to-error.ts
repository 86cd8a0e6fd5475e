import { inspect } from 'node:util';

/**
 * Anything can be thrown. What is not an error becomes one that says the same, without a stack: of an object the SDK
 * makes one by `JSON.stringify`, and where that throws (cycles, bigints) nobody answers the call and the process ends.
 */
export function toError(thrown: unknown): Error {
  if (thrown instanceof Error) return thrown;
  const isErrorLike = typeof thrown === 'object' && thrown !== null && 'message' in thrown;
  const { name, message, stack }: Partial<Record<keyof Error, unknown>> = isErrorLike ? thrown : {};
  const error = new Error(text(message) ?? text(thrown) ?? inspect(thrown));
  if (isErrorLike) Object.assign(error, thrown, { message: error.message });
  error.name = text(name) ?? 'Error';
  error.stack = text(stack) ?? '';
  return error;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
