import type { Logger as NestLogger } from '@nestjs/common';
import { wrapStringFirstLogger, type Logger } from 'inngest';
import { printableStack } from '../../common/printable.js';

/** What came of a registration, which `InngestRegistration` says once and with the fix, not at every try and with a stack. */
const SAID_BETTER: readonly unknown[] = [
  'Failed to register',
  "Couldn't unpack register response",
  'Invalid register response schema',
];

/** Nest's logger in the shape that the SDK logs to. */
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

/** The SDK logs an error as the field `err`; Nest prints a stack when it stands behind the message. */
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
