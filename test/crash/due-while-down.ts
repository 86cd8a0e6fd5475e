import type { Pending } from './snapshot.js';

/** Everything in the load that happens at a time that the server stores, by the server's names. */
export const KINDS = [
  'sleep',
  'wait-timeout',
  'signal-timeout',
  'invoke-timeout',
  'finish-timeout',
  'deliver-event',
  'debounce',
  'batch',
  'retry',
  'throttle',
  'cron',
] as const;

/** In each round of this many kills, every kind must come due at least once while no server is running. */
export const KILLS_A_ROUND = 20;
/** The longest wait without a server until something comes due, in milliseconds. */
const LONGEST_WAIT_MS = 4_000;
/** The least time that a server takes from its start until it fires timers, in milliseconds. */
const BOOT_MS = 200;

/** Makes every kind come due at some time while no server is running, and counts how often. */
export class DueWhileDown {
  /** How often each kind came due while no server was running. */
  readonly counts = new Map<string, number>();
  private killedAt = 0;
  private left: readonly Pending[] = [];

  /**
   * Records a kill.
   *
   * @param killedAt milliseconds since 1970
   * @param left the timers and queue items that the server left behind
   */
  killed(killedAt: number, left: readonly Pending[]): void {
    this.killedAt = killedAt;
    this.left = left.filter(({ at }) => at > killedAt);
  }

  /**
   * The milliseconds from `now` until the missing kinds come due. Ignores kinds that are not due within {@link LONGEST_WAIT_MS}.
   */
  restMs(kill: number, now: number): number {
    const rests = KINDS.filter((kind) => this.isMissing(kind, kill)).map((kind) => {
      const first = Math.min(...this.left.filter((timer) => timer.kind === kind).map(({ at }) => at));
      return first <= now + LONGEST_WAIT_MS ? first - now : 0;
    });
    return Math.max(0, ...rests);
  }

  /** Counts what came due before the new server could fire it. @param startedAt milliseconds since 1970 */
  started(startedAt: number): void {
    for (const { kind, at } of this.left) {
      if (at <= startedAt + BOOT_MS) this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
    }
    this.left = [];
  }

  /** Whether a kind has come due less than once per round up to this kill. */
  isMissing(kind: (typeof KINDS)[number], kill: number): boolean {
    return (this.counts.get(kind) ?? 0) < Math.ceil(kill / KILLS_A_ROUND);
  }
}
