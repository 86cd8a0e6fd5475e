import { mismatches } from '../expectations.js';
import type { Exchange } from './recorder.js';
import { hashOf, signatureOf } from './signature.js';
import type { Target } from './target.js';

/** The largest difference between the time of a signature and the receiver's wall clock, in milliseconds. */
const CLOSE_MS = 60_000;

/** Checks a request of the server to the app: it is signed with the server's key, or not signed if the server has none. */
export function signatureMismatches(request: Exchange, path: string, target: Target): string[] {
  const signature = request.headers['x-inngest-signature'];
  if (target.signingKey === undefined) {
    return mismatches(undefined, signature, `${path}.headers.x-inngest-signature`, target);
  }
  const signedAt = Number(new URLSearchParams(signature ?? '').get('t')) * 1_000;
  const expected = signatureOf(request.body, target.signingKey, signedAt);
  return [
    ...mismatches(expected, signature, `${path}.headers.x-inngest-signature`, target),
    ...(Math.abs(signedAt - Date.now()) < CLOSE_MS ? [] : [`${path}: is signed at another time`]),
  ];
}

/** Checks a request of the app to the server's API: it carries the hash of their signing key, if they have one. */
export function bearerMismatches(request: Exchange, path: string, target: Target): string[] {
  if (target.signingKey === undefined) return [];
  return mismatches(
    `Bearer ${hashOf(target.signingKey)}`,
    request.headers['authorization'],
    `${path}.headers.authorization`,
    target,
  );
}
