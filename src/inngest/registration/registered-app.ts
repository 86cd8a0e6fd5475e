import { Inject, Injectable } from '@nestjs/common';
import type { Inngest } from 'inngest';
import type { Clock } from '../../clock/index.js';
import { signingKeyHash } from '../../common/signing-key-hash.js';
import { INNGEST_CLIENT, INNGEST_CLOCK } from '../definition/inngest.constants.js';
import type { InngestModuleOptions } from '../definition/inngest-module-options.js';
import { INNGEST_MODULE_OPTIONS } from '../definition/inngest.module-definition.js';
import { readApp, readAppV1, type AppReading, type Get } from './app-reading.js';
import { requestInngest, type Answer } from './inngest-request.js';

/**
 * Reads this app from Inngest, and decides whether Inngest has lost it. The functions are registered again only then,
 * because an unnecessary registration may overwrite that of a newer replica.
 */
@Injectable()
export class RegisteredApp {
  /** How many functions Inngest had after this deployment's registration; undefined before the first read. */
  private complete: number | undefined;

  constructor(
    @Inject(INNGEST_CLIENT) private readonly client: Inngest,
    @Inject(INNGEST_CLOCK) private readonly clock: Clock,
    @Inject(INNGEST_MODULE_OPTIONS) private readonly options: InngestModuleOptions,
  ) {}

  /** Reads the app; also `unclear` if nothing answers. */
  async read(signal: AbortSignal): Promise<AppReading> {
    const get: Get = (path) => this.get(path, signal);
    try {
      const reading = await readApp(get, this.client.apiBaseUrl, this.client.id);
      return reading.kind === 'unclear' ? await readAppV1(get, this.client.id) : reading;
    } catch {
      return { kind: 'unclear' };
    }
  }

  /**
   * Why the functions must be registered again, for the log; undefined if they need not be. A server that does not
   * report deployments has lost the app only if it does not have the app or none of its functions.
   *
   * @param functionCount how many functions this process serves
   */
  lossIn(app: AppReading, functionCount: number): string | undefined {
    if (app.kind === 'unclear') return undefined;
    if (app.kind === 'unknown') return 'it does not know the app';
    if (app.functionCount === 0 && functionCount > 0) return 'it has none of its functions';
    const { deployment } = this.options;
    if (deployment === undefined) return undefined;
    if (app.deployment === undefined) {
      // The server has reported this deployment before, so a build without a deployment has registered since.
      return this.complete === undefined ? undefined : 'a build without a deployment has registered';
    }
    if (app.deployment !== deployment) {
      return app.deployment < deployment
        ? `the older deployment ${app.deployment} has registered`
        : undefined;
    }
    this.complete ??= app.functionCount;
    return app.functionCount < this.complete ? 'it has lost some of its functions' : undefined;
  }

  /** The newer deployment that has registered the app; undefined if there is none. */
  newerIn(app: AppReading): number | undefined {
    if (app.kind !== 'known' || app.deployment === undefined) return undefined;
    return app.deployment > (this.options.deployment ?? Number.POSITIVE_INFINITY)
      ? app.deployment
      : undefined;
  }

  private async get(path: string, signal: AbortSignal): Promise<Answer> {
    const { signingKey, signingKeyFallback } = this.client;
    const answer = await this.requestInngest(path, signal, signingKey);
    const isRefused = answer.status === 401 || answer.status === 403;
    return isRefused && signingKeyFallback ? this.requestInngest(path, signal, signingKeyFallback) : answer;
  }

  private requestInngest(path: string, signal: AbortSignal, key: string | undefined): Promise<Answer> {
    const headers = {
      ...this.client.headers,
      ...(key && { authorization: `Bearer ${signingKeyHash(key)}` }),
    };
    const url = new URL(path, this.client.apiBaseUrl).href;
    return requestInngest(this.clock, this.options.fetch ?? fetch, 'GET', url, signal, headers);
  }
}
