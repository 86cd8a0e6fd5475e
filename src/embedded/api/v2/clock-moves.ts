import { Injectable } from '@nestjs/common';
import { Clock, ClockHeldError, isMovable, SystemClock, type Movable } from '../../../clock/index.js';
import { iso } from '../shared/run-views.js';
import { V2Exception } from '../shared/v2.exception.js';
import type { ClockView, MovedClock } from './answer-types/clock.js';
import { assertBeforeLatestTime } from './clock-move.js';

/** Shows and moves the server's clock, if it is a virtual one. */
@Injectable()
export class ClockMoves {
  private readonly machine = new SystemClock();
  /** Resolves when the last requested move has ended. Moves run one after another. */
  private lastMove: Promise<unknown> = Promise.resolve();

  constructor(private readonly clock: Clock) {}

  /** Whether the server's clock can be moved: whether it is a virtual one. */
  get arePossible(): boolean {
    return isMovable(this.clock);
  }

  /** @throws V2Exception 409 without a virtual clock */
  state(): ClockView {
    return this.view(this.movable());
  }

  /**
   * Moves the clock forward. Resolves when everything that came due has begun.
   *
   * @param by milliseconds, or `next` to move to the next alarm
   * @param signal ends the move when aborted, for a client that has gone away
   * @throws V2Exception 400 for a time that the clock cannot show, 409 without a virtual clock, 423 when something holds it
   */
  advance(by: number | 'next', signal: AbortSignal): Promise<MovedClock> {
    const clock = this.movable();
    return this.afterLastMove(async () => {
      const movedByMs = await this.move(clock, by, signal);
      return { movedByMs, ...this.view(clock) };
    });
  }

  private afterLastMove<T>(work: () => Promise<T>): Promise<T> {
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
        `The clock moved by only ${error.movedBy} ms. It cannot move while it is held by: ` +
          `${error.heldBy.join('; ')}. Try again when that has ended.`,
      );
    }
  }

  private movable(): Clock & Movable {
    if (isMovable(this.clock)) return this.clock;
    throw new V2Exception(
      409,
      'no_virtual_clock',
      "This server uses the machine's clock, which cannot be moved. Start it with a virtual clock (--clock virtual).",
    );
  }

  private view(clock: Clock & Movable): ClockView {
    const now = clock.now();
    const next = clock.nextDue();
    return {
      kind: 'virtual',
      now: iso(now),
      aheadMs: now - this.machine.now(),
      heldBy: clock.heldBy(),
      nextDue: next === undefined ? null : iso(next),
    };
  }
}
