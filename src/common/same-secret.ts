import { createHash, timingSafeEqual } from 'node:crypto';

/** Whether two secrets of any length are equal. The duration of the comparison reveals nothing about them. */
export function sameSecret(a: string, b: string): boolean {
  return timingSafeEqual(digestOf(a), digestOf(b));
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
