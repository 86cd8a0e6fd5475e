import type { App } from '../store/app.store.js';
import { InvalidRegistrationError } from './invalid-registration.error.js';

/** A registration would change the address of an app, but does not come from that app. */
export class AddressRefusedError extends InvalidRegistrationError {
  override name = 'AddressRefusedError';

  /**
   * @param app the registered app
   * @param to the address that it would get
   * @param why the rest of a sentence, with its full stop
   */
  constructor(app: App, to: string, why: string) {
    super(
      `The app "${app.name}" is registered at ${app.url}. A registration for ${to} was refused: ${why} ` +
        'Only the app itself can change its address: register it from this machine while it answers at its new address, ' +
        'or sign the registration (INNGEST_SIGNING_KEY on both sides).',
    );
  }
}
