import { VirtualClock } from '../../../src/clock/index.js';
import { EmbeddedInngest } from '../../../src/embedded/index.js';
import type { Keys, Target } from './target.js';

interface EmbeddedTargetOptions extends Keys {
  /** The server's retry interval, in seconds. */
  retryInterval?: number;
}

/** An embedded server in virtual time, started for the play. */
export class EmbeddedTarget implements Target {
  readonly kind = 'embedded';
  readonly isRealTime = false;
  readonly slackMs = 0;
  readonly eventKey: string;
  readonly signingKey?: string;
  readonly retryInterval?: number;

  private constructor(
    readonly clock: VirtualClock,
    readonly server: EmbeddedInngest,
    private readonly options: EmbeddedTargetOptions,
  ) {
    const { eventKey, signingKey, retryInterval } = options;
    this.eventKey = eventKey ?? 'test';
    if (retryInterval !== undefined) this.retryInterval = retryInterval;
    if (signingKey !== undefined) this.signingKey = signingKey;
  }

  static async start(options: EmbeddedTargetOptions = {}): Promise<EmbeddedTarget> {
    const { retryInterval, ...keys } = options;
    const clock = new VirtualClock();
    const server = await EmbeddedInngest.start({
      port: 0,
      clock,
      logger: false,
      ...keys,
      ...(retryInterval !== undefined && { retryIntervalMs: retryInterval * 1_000 }),
    });
    return new EmbeddedTarget(clock, server, options);
  }

  readonly another = ({ retryInterval }: { retryInterval?: number }): Promise<EmbeddedTarget> =>
    EmbeddedTarget.start({ ...this.options, ...(retryInterval !== undefined && { retryInterval }) });

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
