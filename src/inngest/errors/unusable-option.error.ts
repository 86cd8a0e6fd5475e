import { isDeployment } from '../../common/deployment.js';
import { isEventKey } from '../../common/event-key.js';
import { isPath } from '../definition/inngest-path.js';
import type { InngestModuleOptions } from '../definition/inngest-module-options.js';

/**
 * An option of InngestModule has a value that the SDK would truncate, or would send in a form that Inngest cannot read.
 */
export class UnusableOptionError extends Error {
  override readonly name = 'UnusableOptionError';

  private constructor(option: keyof InngestModuleOptions, problem: string) {
    super(`The option "${option}" of InngestModule ${problem}`);
  }

  /** @throws UnusableOptionError */
  static assertUsable(options: InngestModuleOptions): void {
    const { serveOrigin, eventKey, path, registration, transport, deployment } = options;
    if (serveOrigin !== undefined && !isOrigin(serveOrigin)) {
      const example = 'such as "https://worker.example.com"';
      throw new UnusableOptionError(
        'serveOrigin',
        `is "${serveOrigin}". It must be an http(s) address without a path, ${example}: the SDK would drop the rest.`,
      );
    }
    if (path !== undefined && !isPath(path)) {
      throw new UnusableOptionError(
        'path',
        `is "${path}". It must be a path of plain segments, such as "/api/billing": letters, digits, "-", "_", "." and "~".`,
      );
    }
    if (registration !== undefined && !['auto', 'manual'].includes(registration)) {
      throw new UnusableOptionError('registration', `is "${registration}". It must be "auto" or "manual".`);
    }
    if (transport !== undefined && !['serve', 'connect'].includes(transport)) {
      throw new UnusableOptionError('transport', `is "${transport}". It must be "serve" or "connect".`);
    }
    if (deployment !== undefined && !isDeployment(deployment)) {
      throw new UnusableOptionError(
        'deployment',
        `is ${String(deployment)}. It must be a whole number from 0, such as 42: larger for every rollout.`,
      );
    }
    // The message omits the value, because it is a secret.
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
