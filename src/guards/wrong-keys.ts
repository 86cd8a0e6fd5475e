import type { Clock } from '../clock/index.js';
import { clientNetwork } from './client-network.js';
import { WrongTries } from './wrong-tries.js';

/** How many wrong keys an IP address may send within a minute. */
const LIMIT = { most: 10, withinMs: 60_000 };

/** How long after a right key the wrong keys of an address are not counted, in milliseconds. */
const TRUSTED_MS = 60 * 60_000;

/** How many addresses that have sent a right key are remembered. */
const MOST_TRUSTED = 1_000;

/**
 * Limits wrong bearer keys from each IP address. A right key is always accepted, so that nobody can lock out other
 * clients by sending wrong keys. While a key is replaced, a program may send the new key and then, if it is refused,
 * the old one. Therefore the wrong keys of an address that has sent a right key are not counted.
 */
export class WrongKeys {
  private readonly tries: WrongTries;
  /** For each address, the steady time until which its wrong keys are not counted. */
  private readonly trusted = new Map<string, number>();

  constructor(private readonly clock: Clock) {
    this.tries = new WrongTries(clock, LIMIT);
  }

  /**
   * Records the key of a request.
   *
   * @param address of the client
   * @returns how many seconds the client must wait; 0 if it need not wait
   */
  note(isRight: boolean, address: string): number {
    const client = clientNetwork(address);
    if (isRight) {
      this.trust(client);
      return 0;
    }
    if ((this.trusted.get(client) ?? 0) > this.clock.steady()) return 0;
    const waitMs = this.tries.waitMs(address);
    if (waitMs <= 0) this.tries.add(address);
    return Math.ceil(waitMs / 1_000);
  }

  private trust(client: string): void {
    // Behind the others, so that the first is the one that showed a right key longest ago.
    this.trusted.delete(client);
    this.trusted.set(client, this.clock.steady() + TRUSTED_MS);
    const [first] = this.trusted.keys();
    if (this.trusted.size > MOST_TRUSTED && first !== undefined) this.trusted.delete(first);
  }
}

/** The message of a 429. */
export function tooManyWrongKeys(seconds: number): string {
  return `Too many wrong keys from this address. Try again in ${seconds} s. A right key is let in at any time.`;
}
