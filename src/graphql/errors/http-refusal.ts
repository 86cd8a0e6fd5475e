import { HttpException, HttpStatus } from '@nestjs/common';
import { isRecord } from '../../common/is-record.js';

/** The `extensions.code` for each HTTP status. */
const CODES: Record<number, string> = {
  [HttpStatus.BAD_REQUEST]: 'BAD_USER_INPUT',
  [HttpStatus.UNAUTHORIZED]: 'UNAUTHENTICATED',
  [HttpStatus.FORBIDDEN]: 'FORBIDDEN',
  [HttpStatus.NOT_FOUND]: 'NOT_FOUND',
  [HttpStatus.CONFLICT]: 'CONFLICT',
  [HttpStatus.TOO_MANY_REQUESTS]: 'TOO_MANY_REQUESTS',
  [HttpStatus.SERVICE_UNAVAILABLE]: 'SERVICE_UNAVAILABLE',
};

/** A refusal in GraphQL's format. */
export interface Refusal {
  readonly message: string;
  readonly extensions: Readonly<Record<string, unknown>>;
}

/** An error that REST answers with a 4xx or 503. `fields` contains the wrong fields, if any. */
export function refusalIn(error: HttpException): Refusal {
  const body = error.getResponse();
  const fields = isRecord(body) ? body['errors'] : undefined;
  const code = CODES[error.getStatus()] ?? 'BAD_REQUEST';
  return { message: error.message, extensions: { code, ...(Array.isArray(fields) && { fields }) } };
}
