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

/** When to ask again, in seconds: about as long as Inngest takes to come back up. */
const RETRY_AFTER_S = 5;

const logger = new Logger('GraphQL');

/**
 * An error as clients see it: with a `code` to decide by, and the wrong fields of an input, and without a stack. What is
 * nobody's mistake but the worker's own is logged, and clients learn only that it happened.
 */
export function formatError(formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError {
  const cause = originalOf(error);
  const { locations, path } = formatted;
  const place = { ...(locations && { locations }), ...(path && { path }) };
  if (cause === undefined) return { ...place, ...ofGraphql(formatted) };
  return { ...place, ...refusalOf(cause) };
}

/** What a resolver threw; undefined for what GraphQL itself refuses. */
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
