import type { Clock } from './clock.js';

/** A clock that can be moved forward while others use it, as `POST /api/v2/clock/advance` does. */
export interface Movable {
  /** What keeps the clock from being moved now: open requests, calls under way. Empty when nothing does. */
  heldBy(): string[];

  /** When the next thing is due that a move stops at, in milliseconds since 1970; undefined when nothing is. */
  nextDue(): number | undefined;

  /**
   * Moves the clock forward by `ms` milliseconds, with a stop at everything that comes due on the way. Before each stop
   * it waits until nothing holds the clock.
   *
   * @param signal aborted when nobody waits for the move any more: the clock stays where it is then
   * @returns by how many milliseconds it was moved
   * @throws ClockHeldError when something holds the clock for too long
   */
  move(ms: number, signal?: AbortSignal): Promise<number>;

  /** Moves the clock to {@link nextDue}; not at all when nothing is due. Otherwise as {@link move}. */
  moveToNext(signal?: AbortSignal): Promise<number>;
}

/** Whether this clock can be moved. */
export function isMovable(clock: Clock): clock is Clock & Movable {
  return 'moveToNext' in clock;
}

/** Something holds the clock, so it was not moved as far as it should have been. */
export class ClockHeldError extends Error {
  override readonly name = 'ClockHeldError';

  /**
   * @param heldBy what holds the clock
   * @param movedBy by how many milliseconds the clock was moved before
   */
  constructor(
    readonly heldBy: readonly string[],
    readonly movedBy = 0,
  ) {
    super(`Virtual time stands still: ${heldBy.join('; ')}.`);
  }
}
