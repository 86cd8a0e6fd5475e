import { isEventKey } from '../../common/event-key.js';
import type { InngestModuleOptions } from '../definition/inngest-module-options.js';

/** An option of InngestModule has a value that the SDK would cut or send in a way that Inngest cannot read. */
export class UnusableOptionError extends Error {
  override readonly name = 'UnusableOptionError';

  private constructor(option: keyof InngestModuleOptions, problem: string) {
    super(`The option "${option}" of InngestModule ${problem}`);
  }

  /** @throws UnusableOptionError */
  static assertUsable({ serveOrigin, eventKey }: InngestModuleOptions): void {
    if (serveOrigin !== undefined && !isOrigin(serveOrigin)) {
      const example = 'such as "https://worker.example.com"';
      throw new UnusableOptionError(
        'serveOrigin',
        `is "${serveOrigin}". It must be an http(s) address without a path, ${example}: the SDK would drop the rest.`,
      );
    }
    // Not shown: it is a secret.
    if (eventKey && !isEventKey(eventKey)) {
      throw new UnusableOptionError(
        'eventKey',
        'cannot be sent: it is a segment of a path, so it must not have spaces, "/", "\\", "?", "#" or "%".',
      );
    }
  }
}

function isOrigin(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, pathname, search, hash, username, password } = new URL(value);
  return /^https?:$/.test(protocol) && pathname === '/' && search + hash + username + password === '';
}
