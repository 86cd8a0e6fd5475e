import type { App } from '../store/app.store.js';
import { InvalidRegistrationError } from './invalid-registration.error.js';

/** A registration that would send an app's calls elsewhere, and does not come from that app. */
export class AddressRefusedError extends InvalidRegistrationError {
  override name = 'AddressRefusedError';

  /**
   * @param app as it is registered
   * @param to where its calls would go
   * @param why the end of a sentence
   */
  constructor(app: App, to: string, why: string) {
    super(
      `The app "${app.name}" is registered at ${app.url}, and a registration for ${to} changes nothing: ${why} ` +
        'Only the app itself can move: register it from this machine while it answers at its new address, ' +
        'or sign the registration (INNGEST_SIGNING_KEY on both sides).',
    );
  }
}
