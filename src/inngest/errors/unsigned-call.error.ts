/** A call has no signature, or one whose time is too far from now. */
export class UnsignedCallError extends Error {
  override readonly name = 'UnsignedCallError';
}
