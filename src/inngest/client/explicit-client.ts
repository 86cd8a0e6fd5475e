import { Inngest, type ClientOptions } from 'inngest';

/**
 * The SDK's client without its habit of filling gaps from `INNGEST_*` environment variables: a stray
 * `INNGEST_BASE_URL` or `INNGEST_DEV` would send events somewhere else than the options say.
 */
export class ExplicitInngest extends Inngest {
  constructor(options: ClientOptions) {
    super(options);
    super.setEnvVars(withoutInngest());
  }

  /** The SDK calls this with the process's environment on every request. */
  override setEnvVars(): this {
    return this;
  }
}

/** Overrides every `INNGEST_*` variable with nothing. What hosting platforms set (branch, platform) stays. */
export function withoutInngest(): Record<string, undefined> {
  const names = Object.keys(process.env).filter((name) => name.startsWith('INNGEST_'));
  return Object.fromEntries(names.map((name) => [name, undefined]));
}
