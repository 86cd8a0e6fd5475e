import type { Clock } from '../clock/index.js';
import { clientNetwork } from './client-network.js';

export interface WrongTriesLimit {
  /** How many there may be. */
  readonly most: number;
  /** Within this time, in milliseconds. */
  readonly withinMs: number;
}

/** From how many addresses tries are remembered; then those are forgotten that are over. */
const MOST_ADDRESSES = 10_000;

/**
 * Counts the wrong passwords that come from each address, so that nobody can try them all. The addresses of an IPv6
 * network count as one.
 */
export class WrongTries {
  /** Steady times of the last wrong tries, by address. */
  private readonly tries = new Map<string, number[]>();

  constructor(
    private readonly clock: Clock,
    private readonly limit: WrongTriesLimit,
  ) {}

  /** How many addresses are remembered. */
  get size(): number {
    return this.tries.size;
  }

  /** How long an address has to wait until its next try is looked at, in milliseconds; 0 when it need not. */
  waitMs(address: string): number {
    const recent = this.recent(clientNetwork(address));
    const oldest = recent.at(-this.limit.most);
    return oldest === undefined ? 0 : oldest + this.limit.withinMs - this.clock.steady();
  }

  /** Counts a wrong try. */
  add(address: string): void {
    const client = clientNetwork(address);
    if (!this.tries.has(client) && this.tries.size >= MOST_ADDRESSES) this.forget();
    const recent = this.recent(client);
    // Behind the others: they stay in the order of their last tries.
    this.tries.delete(client);
    this.tries.set(client, [...recent, this.clock.steady()].slice(-this.limit.most));
  }

  private recent(client: string): number[] {
    const since = this.clock.steady() - this.limit.withinMs;
    return (this.tries.get(client) ?? []).filter((at) => at > since);
  }

  /** Forgets what is over; when that is nothing, the address that tried longest ago. */
  private forget(): void {
    for (const client of this.tries.keys()) {
      if (this.recent(client).length > 0) break;
      this.tries.delete(client);
    }
    const [first] = this.tries.keys();
    if (this.tries.size >= MOST_ADDRESSES && first !== undefined) this.tries.delete(first);
  }
}
