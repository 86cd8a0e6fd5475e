import { INNGEST_BODY_LIMIT } from '../definition/inngest.constants.js';

const MIB = 1024 * 1024;

/** What body-parser says about a body it could not read. */
interface ParserError {
  type?: string;
  status?: number;
  message?: string;
  length?: number;
}

/** The body of a call is too large, no JSON, or broken off. */
export class UnreadableBodyError extends Error {
  override readonly name = 'UnreadableBodyError';
  readonly status: number;

  constructor(override readonly cause: unknown) {
    const { type, status = 400, message = String(cause), length } = cause as ParserError;
    super(
      type === 'entity.too.large'
        ? `the body${length ? ` of ${(length / MIB).toFixed(1)} MiB` : ''} is over the limit of ${INNGEST_BODY_LIMIT / MIB} MiB. ` +
            'Let steps return less, e.g. a reference to what they stored.'
        : type === 'entity.parse.failed'
          ? `the body is not valid JSON (${message}).`
          : `the body could not be read (${message}).`,
    );
    this.status = status;
  }
}
