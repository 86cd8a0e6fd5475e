import { MAX_EVENT_BYTES } from '../../common/inngest-limits.js';

/** The real server's message for an event that is too large; undefined if it is not. */
export function tooLargeFor(event: object): string | undefined {
  const bytes = Buffer.byteLength(JSON.stringify(event));
  if (bytes <= MAX_EVENT_BYTES) return undefined;
  return `Event is over the max size: Max ${MAX_EVENT_BYTES} bytes / Size ${bytes} bytes`;
}
