import { Injectable } from '@nestjs/common';
import { Clock, ClockHeldError, isMovable, SystemClock, type Movable } from '../../../clock/index.js';
import { iso } from '../shared/run-views.js';
import { V2Exception } from '../shared/v2.exception.js';
import type { ClockView, MovedClock } from './answer-types/clock.js';
import { assertBeforeLatestTime } from './clock-move.js';

/** Shows and moves the server's clock, when it is a virtual one. */
@Injectable()
export class ClockMoves {
  private readonly wall = new SystemClock();
  /** The end of the move that was asked for last. Moves are taken in turn. */
  private lastMove: Promise<unknown> = Promise.resolve();

  constructor(private readonly clock: Clock) {}

  /** Whether the server's clock is a virtual one. */
  get arePossible(): boolean {
    return isMovable(this.clock);
  }

  /** @throws V2Exception 409 without a virtual clock */
  state(): ClockView {
    return this.view(this.movable());
  }

  /**
   * Moves the clock forward; resolves when everything that came due has begun.
   *
   * @param by milliseconds, or `next` for the next thing due
   * @param signal aborted when nobody waits for the move any more
   * @throws V2Exception 400 for a moment that the clock cannot show, 409 without a virtual clock, 423 when something holds it
   */
  advance(by: number | 'next', signal: AbortSignal): Promise<MovedClock> {
    const clock = this.movable();
    return this.mapLimited(async () => {
      const movedByMs = await this.move(clock, by, signal);
      return { movedByMs, ...this.view(clock) };
    });
  }

  private mapLimited<T>(work: () => Promise<T>): Promise<T> {
    const move = this.lastMove.then(work);
    this.lastMove = move.catch(() => undefined);
    return move;
  }

  private async move(clock: Clock & Movable, by: number | 'next', signal: AbortSignal): Promise<number> {
    signal.throwIfAborted();
    if (by !== 'next') assertBeforeLatestTime(clock.now() + by);
    try {
      return await (by === 'next' ? clock.moveToNext(signal) : clock.move(by, signal));
    } catch (error) {
      if (!(error instanceof ClockHeldError)) throw error;
      if (error.movedBy === by) return by;
      throw new V2Exception(
        423,
        'clock_held',
        `The clock was moved by ${error.movedBy} ms only. It does not move while it is held by: ` +
          `${error.heldBy.join('; ')}. Ask again when that has ended.`,
      );
    }
  }

  private movable(): Clock & Movable {
    if (isMovable(this.clock)) return this.clock;
    throw new V2Exception(
      409,
      'no_virtual_clock',
      "This server runs on the machine's clock, which it cannot move. Start it with a virtual one (--clock virtual).",
    );
  }

  private view(clock: Clock & Movable): ClockView {
    const now = clock.now();
    const next = clock.nextDue();
    return {
      kind: 'virtual',
      now: iso(now),
      aheadMs: now - this.wall.now(),
      heldBy: clock.heldBy(),
      nextDue: next === undefined ? null : iso(next),
    };
  }
}
