/** The server refuses a registration. The message says why, for the developer of the app. */
export class InvalidRegistrationError extends Error {
  override name = 'InvalidRegistrationError';
}
