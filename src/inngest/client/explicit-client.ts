import { Inngest, type ClientOptions } from 'inngest';

/**
 * The SDK's client, but it does not read missing options from `INNGEST_*` environment variables. An unintended
 * `INNGEST_BASE_URL` or `INNGEST_DEV` would send events to another server than the options name.
 */
export class ExplicitInngest extends Inngest {
  constructor(options: ClientOptions) {
    super(options);
    super.setEnvVars(withoutInngest());
  }

  /** The SDK calls this on every request, with the environment of the process. */
  override setEnvVars(): this {
    return this;
  }
}

/** Sets every `INNGEST_*` variable to undefined. The variables of hosting platforms (branch, platform) stay. */
export function withoutInngest(): Record<string, undefined> {
  const names = Object.keys(process.env).filter((name) => name.startsWith('INNGEST_'));
  return Object.fromEntries(names.map((name) => [name, undefined]));
}
