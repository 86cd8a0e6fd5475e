import { HttpException } from '@nestjs/common';
import { BodyError } from '../../common/bodies/index.js';
import { INNGEST_BODY_LIMIT } from '../definition/inngest.constants.js';

const MIB = 1024 * 1024;

/** The body of a call is too large, invalid JSON or incomplete, or too many bodies are being read at the same time. */
export class UnreadableBodyError extends Error {
  override readonly name = 'UnreadableBodyError';
  readonly status: number;

  constructor(override readonly cause: unknown) {
    super(describe(cause));
    this.status = cause instanceof HttpException ? cause.getStatus() : 400;
  }
}

function describe(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause);
  if (!(cause instanceof BodyError)) return `the body could not be read (${message}).`;
  if (cause.problem === 'not JSON') return `the body is not valid JSON (${message}).`;
  if (cause.problem !== 'too large') return `the body could not be read (${message}).`;
  const size = cause.declared === undefined ? '' : ` of ${(cause.declared / MIB).toFixed(1)} MiB`;
  return (
    `the body${size} is over the limit of ${INNGEST_BODY_LIMIT / MIB} MiB. ` +
    'Let steps return less, e.g. a reference to what they stored.'
  );
}
