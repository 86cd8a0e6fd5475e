import { headerOf, type EndpointRequest } from './endpoint-request.js';

const HEADER = 'x-inngest-signature';

/** How far the time in a signature may be from the wall clock's, in milliseconds. The SDK allows the same. */
const MAX_AGE_MS = 5 * 60 * 1_000;

/**
 * What is wrong with the signature of a request, as far as that can be told before its body is read: it is missing, or too
 * old. Whether it is the signature of the body, the SDK finds out later.
 *
 * @param wallTime signatures carry wall time, whatever clock the application runs on
 * @returns undefined when nothing is wrong so far
 */
export function signatureProblem(request: EndpointRequest, wallTime = Date.now()): string | undefined {
  const signature = headerOf(request, HEADER);
  if (signature === undefined) return `No ${HEADER} provided`;
  const parts = new URLSearchParams(signature);
  const seconds = Number.parseInt(parts.get('t') ?? '', 10);
  if (!parts.get('s') || Number.isNaN(seconds)) return `Invalid ${HEADER} provided`;
  return Math.abs(wallTime - seconds * 1_000) > MAX_AGE_MS ? 'Signature has expired' : undefined;
}
