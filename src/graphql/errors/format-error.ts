import { HttpException, Logger } from '@nestjs/common';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { stackOf } from '../../common/error-text.js';
import {
  BadCursorError,
  InngestRefusedError,
  InngestUnreachableError,
  NotRegisteredError,
  RunConflictError,
} from '../../runs/index.js';
import { coercionFields } from './coercion-fields.js';
import { refusalIn, type Refusal } from './http-refusal.js';

/** When to try again, in seconds: about the time that Inngest needs to restart. */
const RETRY_AFTER_S = 5;

const logger = new Logger('GraphQL');

/**
 * The form of an error that clients get: with a `code` and the wrong fields of an input, and without a stack. An
 * unexpected error of the worker is logged, and clients get no details.
 */
export function formatError(formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError {
  const cause = originalOf(error);
  const { locations, path } = formatted;
  const place = { ...(locations && { locations }), ...(path && { path }) };
  if (cause === undefined) return { ...place, ...ofGraphql(formatted) };
  return { ...place, ...refusalOf(cause) };
}

/** The error that a resolver threw; undefined if GraphQL itself rejected the operation. */
function originalOf(error: unknown): unknown {
  if (!(error instanceof GraphQLError)) return error;
  const { originalError } = error;
  if (originalError === undefined || originalError instanceof GraphQLError) return undefined;
  return originalError;
}

function ofGraphql({ message, extensions = {} }: GraphQLFormattedError): Refusal {
  const fields = coercionFields(message);
  const { code, ...more } = extensions;
  const shown = { code: code ?? (fields ? 'BAD_USER_INPUT' : 'GRAPHQL_VALIDATION_FAILED') };
  const { stacktrace: _, ...rest } = more;
  return { message, extensions: { ...shown, ...rest, ...(fields && { fields }) } };
}

function refusalOf(error: unknown): Refusal {
  if (error instanceof HttpException && error.getStatus() < 500) return refusalIn(error);
  if (error instanceof RunConflictError) return coded(error, 'CONFLICT');
  if (error instanceof BadCursorError) {
    const fields = [{ field: 'after', messages: [error.message] }];
    return { message: 'The request is not valid: after.', extensions: { code: 'BAD_USER_INPUT', fields } };
  }
  if (error instanceof InngestUnreachableError) return coded(error, 'INNGEST_UNREACHABLE', RETRY_AFTER_S);
  if (error instanceof NotRegisteredError) return coded(error, 'NOT_REGISTERED', RETRY_AFTER_S);
  if (error instanceof InngestRefusedError) return coded(error, 'INNGEST_REFUSED');
  logger.error(stackOf(error));
  return { message: 'Internal server error.', extensions: { code: 'INTERNAL_SERVER_ERROR' } };
}

function coded({ message }: Error, code: string, retryAfter?: number): Refusal {
  if (code.startsWith('INNGEST')) logger.error(message);
  return { message, extensions: { code, ...(retryAfter !== undefined && { retryAfter }) } };
}
