import { InvalidRegistrationError } from './invalid-registration.error.js';

/** A registration that would send an app's calls elsewhere, and does not come from that app. */
export class AddressRefusedError extends InvalidRegistrationError {
  override name = 'AddressRefusedError';

  /** @param why a sentence */
  constructor(app: string, { from, to }: { from: string; to: string }, why: string) {
    super(
      `The app "${app}" is registered at ${from}, and its calls are not sent to ${to} instead: ${why} ` +
        'Only the app itself can move: register it from this machine while it answers at its new address, ' +
        'or sign the registration (INNGEST_SIGNING_KEY on both sides).',
    );
  }
}
