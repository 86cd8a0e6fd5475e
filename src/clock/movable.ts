import type { Clock } from './clock.js';

/** A clock that can be moved forward while other code uses it; `POST /api/v2/clock/advance` does so. */
export interface Movable {
  /** The names of what holds the clock now (open requests, calls under way). Empty if it can be moved. */
  heldBy(): string[];

  /** The time of the next alarm at which a move stops, in milliseconds since 1970; undefined if there is none. */
  nextDue(): number | undefined;

  /**
   * Moves the clock forward by `ms` milliseconds and stops at every alarm on the way. Before each stop it waits until
   * nothing holds the clock.
   *
   * @param signal ends the move when aborted, for a caller that has gone away; the clock stays where it is then
   * @returns by how many milliseconds the clock was moved
   * @throws ClockHeldError when something holds the clock for too long
   */
  move(ms: number, signal?: AbortSignal): Promise<number>;

  /** Like {@link move}, to the time of {@link nextDue}. Without one, it does not move the clock and returns 0. */
  moveToNext(signal?: AbortSignal): Promise<number>;
}

/** Whether this clock can be moved. */
export function isMovable(clock: Clock): clock is Clock & Movable {
  return 'moveToNext' in clock;
}

/** Something held the clock for too long, so a move ended before its target. */
export class ClockHeldError extends Error {
  override readonly name = 'ClockHeldError';

  /**
   * @param heldBy the names of what holds the clock
   * @param movedBy by how many milliseconds the move advanced the clock before it ended
   */
  constructor(
    readonly heldBy: readonly string[],
    readonly movedBy = 0,
  ) {
    super(`Virtual time stands still: ${heldBy.join('; ')}.`);
  }
}
