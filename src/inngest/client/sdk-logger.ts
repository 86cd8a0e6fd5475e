import type { Logger as NestLogger } from '@nestjs/common';
import { wrapStringFirstLogger, type Logger } from 'inngest';
import { printableStack } from '../../common/printable.js';

/**
 * The SDK's messages about a failed registration. It logs them at every attempt, with a stack. `InngestRegistration`
 * logs the failure once, with the fix.
 */
const SAID_BETTER: readonly unknown[] = [
  'Failed to register',
  "Couldn't unpack register response",
  'Invalid register response schema',
];

/** Adapts Nest's logger to the interface of the SDK's logger. */
export function sdkLogger(logger: NestLogger): Logger {
  const debug: Logger['debug'] = (message, ...rest) => logger.debug(message, ...rest);
  const unlessSaid =
    (log: Logger['error']): Logger['error'] =>
    (message, ...rest) =>
      (SAID_BETTER.includes(message) ? debug : log)(message, ...rest);
  return wrapStringFirstLogger({
    info: (message, ...rest) => logger.log(message, ...rest),
    warn: unlessSaid((message, ...rest) => logger.warn(message, ...rest)),
    error: unlessSaid((message, ...rest) => logError(logger, message, rest)),
    debug,
  });
}

/** The SDK passes an error in the field `err`. Nest prints a stack only as an argument after the message. */
function logError(logger: NestLogger, message: unknown, [fields, ...rest]: unknown[]): void {
  if (!hasError(fields)) {
    logger.error(message, ...(fields === undefined ? [] : [fields]), ...rest);
    return;
  }
  const { err, ...others } = fields;
  const text = `${String(message)}: ${err.message}`;
  const stack = err.stack === undefined ? undefined : printableStack(err.stack, err.message);
  logger.error(text, ...(Object.keys(others).length > 0 ? [others] : []), ...rest, stack);
}

function hasError(fields: unknown): fields is { err: Error } {
  const err = (fields as { err?: unknown } | undefined)?.err;
  return typeof err === 'object' && err !== null && 'message' in err;
}
