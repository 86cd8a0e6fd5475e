import { headerOf, type EndpointRequest } from './endpoint-request.js';

const HEADER = 'x-inngest-signature';

/**
 * The largest difference between the time in a signature and the wall clock, in milliseconds. The SDK has the same
 * limit.
 */
const MAX_AGE_MS = 5 * 60 * 1_000;

/**
 * Checks the parts of a signature that do not need the body: whether there is one, and whether its time is near enough.
 * The SDK checks later whether it matches the body.
 *
 * @param wallTime the wall clock in milliseconds since 1970; signatures contain wall time even if the application runs
 * on a virtual clock
 * @returns the problem; undefined if there is none so far
 */
export function signatureProblem(request: EndpointRequest, wallTime = Date.now()): string | undefined {
  const signature = headerOf(request, HEADER);
  if (signature === undefined) return `No ${HEADER} provided`;
  const parts = new URLSearchParams(signature);
  const seconds = Number.parseInt(parts.get('t') ?? '', 10);
  if (!parts.get('s') || Number.isNaN(seconds)) return `Invalid ${HEADER} provided`;
  return Math.abs(wallTime - seconds * 1_000) > MAX_AGE_MS ? 'Signature has expired' : undefined;
}
