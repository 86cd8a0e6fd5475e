import { randomUUID } from 'node:crypto';
import type { FunctionSpec, Scenario } from '../scenario.js';
import { ConformanceApp } from './conformance-app.js';
import { InngestApi } from './inngest-api.js';
import type { Target } from './target.js';

/** Everything that a scenario needs: a server, and an app with the functions of all scenarios. Closing the setup closes both. */
export class Setup {
  readonly api: InngestApi;
  /** Unique to this play, because a server may remember what an earlier play sent. */
  readonly nonce = randomUUID();
  /** When the play began, in milliseconds since 1970. */
  readonly startedAt: number;

  private constructor(
    readonly target: Target,
    readonly app: ConformanceApp,
  ) {
    this.api = new InngestApi(target);
    this.startedAt = target.clock.now();
  }

  static set(target: Target, scenarios: readonly Scenario[]): Promise<Setup> {
    return Setup.setWith(
      target,
      scenarios.filter(({ apart }) => !apart).flatMap(({ functions }) => functions ?? []),
    );
  }

  /** A setup for one scenario only. */
  static setFor({ functions }: Scenario, target: Target): Promise<Setup> {
    return Setup.setWith(target, functions ?? []);
  }

  private static async setWith(target: Target, specs: readonly FunctionSpec[]): Promise<Setup> {
    const setup = new Setup(target, await ConformanceApp.start('conformance', specs, target));
    try {
      await setup.app.register();
    } catch (error) {
      await setup.close();
      throw error;
    }
    return setup;
  }

  async close(): Promise<void> {
    await this.app.close();
    await this.target.close();
  }
}
