import type { Logger as NestLogger } from '@nestjs/common';
import { wrapStringFirstLogger, type Logger } from 'inngest';

/** Nest's logger in the shape that the SDK logs to. */
export function sdkLogger(logger: NestLogger): Logger {
  return wrapStringFirstLogger({
    info: (message, ...rest) => logger.log(message, ...rest),
    warn: (message, ...rest) => logger.warn(message, ...rest),
    error: (message, ...rest) => logError(logger, message, rest),
    debug: (message, ...rest) => logger.debug(message, ...rest),
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
  logger.error(text, ...(Object.keys(others).length > 0 ? [others] : []), ...rest, err.stack);
}

function hasError(fields: unknown): fields is { err: Error } {
  const err = (fields as { err?: unknown } | undefined)?.err;
  return typeof err === 'object' && err !== null && 'message' in err;
}
