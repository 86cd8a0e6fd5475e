import type { Clock } from '../clock/index.js';
import { clientNetwork } from './client-network.js';

export interface WrongTriesLimit {
  /** The most wrong attempts. */
  readonly most: number;
  /** The period in which they count, in milliseconds. */
  readonly withinMs: number;
}

/** How many addresses are remembered. Beyond it, expired ones are removed. */
const MOST_ADDRESSES = 10_000;

/**
 * Counts the wrong passwords from each address, to prevent guessing. All addresses of an IPv6 network count as one.
 */
export class WrongTries {
  /** The steady times of the last wrong attempts, by address. */
  private readonly tries = new Map<string, number[]>();

  constructor(
    private readonly clock: Clock,
    private readonly limit: WrongTriesLimit,
  ) {}

  /** How many addresses are remembered. */
  get size(): number {
    return this.tries.size;
  }

  /** How long an address must wait before its next attempt, in milliseconds; 0 if it need not wait. */
  waitMs(address: string): number {
    const recent = this.recent(clientNetwork(address));
    const oldest = recent.at(-this.limit.most);
    return oldest === undefined ? 0 : oldest + this.limit.withinMs - this.clock.steady();
  }

  /** Counts a wrong attempt. */
  add(address: string): void {
    const client = clientNetwork(address);
    if (!this.tries.has(client) && this.tries.size >= MOST_ADDRESSES) this.forget();
    const recent = this.recent(client);
    // Insert it last, so that the addresses are in the order of their last attempts.
    this.tries.delete(client);
    this.tries.set(client, [...recent, this.clock.steady()].slice(-this.limit.most));
  }

  private recent(client: string): number[] {
    const since = this.clock.steady() - this.limit.withinMs;
    return (this.tries.get(client) ?? []).filter((at) => at > since);
  }

  /** Removes expired entries; if there are none, the address with the oldest attempt. */
  private forget(): void {
    for (const client of this.tries.keys()) {
      if (this.recent(client).length > 0) break;
      this.tries.delete(client);
    }
    const [first] = this.tries.keys();
    if (this.tries.size >= MOST_ADDRESSES && first !== undefined) this.tries.delete(first);
  }
}
