import { VirtualClock } from '../../../src/clock/index.js';
import { EmbeddedInngest } from '../../../src/embedded/index.js';
import type { Keys, Target } from './target.js';

/** The embedded server, started for the purpose, in virtual time. */
export class EmbeddedTarget implements Target {
  readonly kind = 'embedded';
  readonly isRealTime = false;
  readonly slackMs = 0;
  readonly eventKey: string;
  readonly signingKey?: string;

  private constructor(
    readonly clock: VirtualClock,
    readonly server: EmbeddedInngest,
    { eventKey, signingKey }: Keys,
  ) {
    this.eventKey = eventKey ?? 'test';
    if (signingKey !== undefined) this.signingKey = signingKey;
  }

  static async start(keys: Keys & { retryIntervalMs?: number } = {}): Promise<EmbeddedTarget> {
    const clock = new VirtualClock();
    const server = await EmbeddedInngest.start({ port: 0, clock, logger: false, ...keys });
    return new EmbeddedTarget(clock, server, keys);
  }

  get url(): string {
    return this.server.url;
  }

  async until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
    try {
      await this.clock.pass(condition);
    } catch (error) {
      throw new Error(`${what}: ${(error as Error).message}`, { cause: error });
    }
  }

  async pass(ms: number): Promise<void> {
    await this.clock.advance(ms);
  }

  async sync(url: string): Promise<void> {
    await this.server.sync(url);
  }

  async close(): Promise<void> {
    await this.server.close();
  }
}
