/** A call without a signature, or with one whose time has passed. */
export class UnsignedCallError extends Error {
  override readonly name = 'UnsignedCallError';
}
