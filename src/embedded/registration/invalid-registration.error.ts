/** A registration that is refused; the message says why, for the developer of the app. */
export class InvalidRegistrationError extends Error {
  override name = 'InvalidRegistrationError';
}
