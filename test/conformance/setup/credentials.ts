import { mismatches } from '../expectations.js';
import type { Exchange } from './recorder.js';
import { hashOf, signatureOf } from './signature.js';
import type { Target } from './target.js';

/** How far the time of a signature may be from that of its receiver, in milliseconds: it is the wall's. */
const CLOSE_MS = 60_000;

/** A request of the server to the app: signed with the server's key, and not at all where it has none. */
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

/** A request of the app to the server's API: it shows the hash of their key, where they have one. */
export function bearerMismatches(request: Exchange, path: string, target: Target): string[] {
  if (target.signingKey === undefined) return [];
  return mismatches(
    `Bearer ${hashOf(target.signingKey)}`,
    request.headers['authorization'],
    `${path}.headers.authorization`,
    target,
  );
}
