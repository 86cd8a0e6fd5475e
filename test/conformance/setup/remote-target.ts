import { networkReason } from '../../../src/common/error-text.js';
import { SystemClock } from '../../../src/clock/index.js';
import type { Server } from '../expectations.js';
import { isRecord } from '../../../src/common/is-record.js';
import type { Keys, Target } from './target.js';

const POLL_EVERY_MS = 100;

export interface RemoteOptions extends Keys {
  url: string;
  /** The `--retry-interval` of the server, in seconds. */
  retryInterval?: number;
  /** How long to wait for something before it fails, in milliseconds. */
  patienceMs: number;
}

/** A server that already runs, in real time. */
export class RemoteTarget implements Target {
  readonly isRealTime = true;
  /** The real server checks its queue every 150 ms, and the machine may be busy. */
  readonly slackMs = 2_500;
  readonly clock = new SystemClock();
  readonly url: string;
  readonly retryInterval?: number;
  readonly eventKey: string;
  readonly signingKey?: string;
  private readonly patienceMs: number;

  private constructor(
    readonly kind: Server['kind'],
    options: RemoteOptions,
  ) {
    this.url = options.url;
    this.patienceMs = options.patienceMs;
    this.eventKey = options.eventKey ?? 'test';
    if (options.retryInterval !== undefined) this.retryInterval = options.retryInterval;
    if (options.signingKey !== undefined) this.signingKey = options.signingKey;
  }

  /** @throws Error when no server answers at the URL */
  static async connect(options: RemoteOptions): Promise<RemoteTarget> {
    return new RemoteTarget((await isEmbedded(options.url)) ? 'embedded' : 'real', options);
  }

  async until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
    const deadline = this.clock.steady() + this.patienceMs;
    while (!(await condition())) {
      if (this.clock.steady() > deadline) throw new Error(`${what}: not within ${this.patienceMs} ms.`);
      await this.clock.sleep(POLL_EVERY_MS);
    }
  }

  async pass(ms: number): Promise<void> {
    await this.clock.sleep(ms);
  }

  async close(): Promise<void> {
    // The server keeps running: this program did not start it.
  }
}

/** Whether the server is an embedded one, which names itself at `/dev`. */
async function isEmbedded(url: string): Promise<boolean> {
  let answer: unknown;
  try {
    answer = await (await fetch(new URL('/dev', url))).json().catch(() => undefined);
  } catch (error) {
    throw new Error(`No server answers at ${url}: ${networkReason(error)}`, { cause: error });
  }
  return isRecord(answer) && answer['version'] === 'embedded';
}
