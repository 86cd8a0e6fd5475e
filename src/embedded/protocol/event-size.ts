/** Largest event, in bytes of JSON. */
export const MAX_EVENT_BYTES = 3 * 1024 * 1024;

/** Why something is more than an event may be, in the words of the real server; undefined when it is not. */
export function tooLargeFor(event: object): string | undefined {
  const bytes = Buffer.byteLength(JSON.stringify(event));
  if (bytes <= MAX_EVENT_BYTES) return undefined;
  return `Event is over the max size: Max ${MAX_EVENT_BYTES} bytes / Size ${bytes} bytes`;
}
