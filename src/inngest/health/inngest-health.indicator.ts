import { Inject, Injectable } from '@nestjs/common';
import type { Inngest } from 'inngest';
import type { Clock } from '../../clock/index.js';
import { InngestApp } from '../definition/inngest-app.js';
import { INNGEST_CLIENT, INNGEST_CLOCK, INNGEST_REGISTRATION } from '../definition/inngest.constants.js';
import type { InngestRegistration } from '../registration/inngest-registration.js';
import { unreachableReason } from '../registration/unreachable-reason.js';

/**
 * How long Inngest may take to answer, in milliseconds. Probes come every few seconds and have short timeouts
 * themselves.
 */
const TIMEOUT_MS = 2_000;

/** The result of a health check, in the format of `@nestjs/terminus`. */
export type InngestHealthResult<Key extends string = string> = Record<
  Key,
  { status: 'up' | 'down'; [detail: string]: unknown }
>;

/**
 * A health indicator for `@nestjs/terminus`. This module does not import that package.
 *
 * ```ts
 * @Get('ready') @HealthCheck()
 * ready() {
 *   return this.health.check([() => this.inngest.isHealthy('inngest')]);
 * }
 * ```
 */
@Injectable()
export class InngestHealthIndicator {
  constructor(
    private readonly app: InngestApp,
    @Inject(INNGEST_REGISTRATION) private readonly registration: InngestRegistration,
    @Inject(INNGEST_CLIENT) private readonly client: Inngest,
    @Inject(INNGEST_CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Whether the app can work: its functions are registered, or its connection is open. With `sendOnly`: whether Inngest
   * answers.
   */
  async isHealthy<Key extends string = 'inngest'>(key = 'inngest' as Key): Promise<InngestHealthResult<Key>> {
    return this.app.transport === undefined ? await this.isReachable(key) : this.isRegistered(key);
  }

  /** Whether Inngest has the app's functions and answered the last check of the registration. */
  isRegistered<Key extends string = 'inngest'>(key = 'inngest' as Key): InngestHealthResult<Key> {
    const { state, functions, lastError } = this.registration;
    const { url } = this;
    if (state === 'registered') return result(key, { status: 'up', url, registered: functions });
    const message = lastError ?? 'The functions are not registered yet.';
    return result(key, { status: 'down', url, registration: state, message });
  }

  /** Whether Inngest answers within 2 s. */
  async isReachable<Key extends string = 'inngest'>(
    key = 'inngest' as Key,
  ): Promise<InngestHealthResult<Key>> {
    const { url } = this;
    const { fetch: fetchIt = fetch } = this.app.options;
    const problem = await unreachableReason(
      this.clock,
      fetchIt,
      url,
      new AbortController().signal,
      TIMEOUT_MS,
    );
    if (problem === undefined) return result(key, { status: 'up', url });
    return result(key, { status: 'down', url, message: `Inngest is not reachable at ${url}: ${problem}.` });
  }

  /** The origin of Inngest, without a trailing slash. */
  private get url(): string {
    return new URL(this.client.apiBaseUrl).origin;
  }
}

function result<Key extends string>(
  key: Key,
  details: InngestHealthResult[string],
): InngestHealthResult<Key> {
  return { [key]: details } as InngestHealthResult<Key>;
}
