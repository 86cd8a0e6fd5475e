import { STATUS_CODES } from 'node:http';
import { HttpException } from '@nestjs/common';

/** Why a body was not read. */
export type BodyProblem =
  'too large' | 'busy' | 'too slow' | 'broken off' | 'encoding' | 'damaged' | 'not JSON';

const STATUS = {
  'too large': 413,
  busy: 503,
  'too slow': 408,
  'broken off': 400,
  encoding: 415,
  damaged: 400,
  'not JSON': 400,
} satisfies Record<BodyProblem, number>;

/** The body of a request could not be read, or is invalid. */
export class BodyError extends HttpException {
  /** @param declared the size that the request declared, in bytes */
  constructor(
    readonly problem: BodyProblem,
    message: string,
    readonly declared?: number,
  ) {
    const status = STATUS[problem];
    super(HttpException.createBody(message, STATUS_CODES[status] ?? '', status), status);
  }
}
