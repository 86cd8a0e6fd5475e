import type { Pending } from './snapshot.js';

/** Everything that the load makes happen at a moment of its own, by the server's names. */
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

/** Of this many kills, at least one is followed by a rest in which a kind comes due that has not yet. */
export const KILLS_A_ROUND = 20;
/** Nobody waits longer for something to come due, in milliseconds. */
const LONGEST_WAIT_MS = 4_000;
/** A process takes longer than this to get as far as its timers. */
const BOOT_MS = 200;

/** Sees to it that everything comes due while there is no server, sooner or later, and counts it. */
export class DueWhileDown {
  /** By kind. */
  readonly counts = new Map<string, number>();
  private killedAt = 0;
  private left: readonly Pending[] = [];

  /**
   * @param killedAt milliseconds since 1970
   * @param left what the server was still to do
   */
  killed(killedAt: number, left: readonly Pending[]): void {
    this.killedAt = killedAt;
    this.left = left.filter(({ at }) => at > killedAt);
  }

  /** Milliseconds from `now` until the kinds have come due that are still missing, as far as they soon do. */
  restMs(kill: number, now: number): number {
    const rests = KINDS.filter((kind) => this.isMissing(kind, kill)).map((kind) => {
      const first = Math.min(...this.left.filter((timer) => timer.kind === kind).map(({ at }) => at));
      return first <= now + LONGEST_WAIT_MS ? first - now : 0;
    });
    return Math.max(0, ...rests);
  }

  /** Notes what came due before the server that was just started gets to it. */
  started(startedAt: number): void {
    for (const { kind, at } of this.left) {
      if (at <= startedAt + BOOT_MS) this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
    }
    this.left = [];
  }

  /** Whether a kind has not come due as often as it should have by this kill. */
  isMissing(kind: (typeof KINDS)[number], kill: number): boolean {
    return (this.counts.get(kind) ?? 0) < Math.ceil(kill / KILLS_A_ROUND);
  }
}
