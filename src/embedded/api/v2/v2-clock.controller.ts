import {
  Body,
  Controller,
  Get,
  HttpCode,
  Post,
  Res,
  UseGuards,
  type BeforeApplicationShutdown,
} from '@nestjs/common';
import type { Response } from 'express';
import { Clock, ClockHeldError, isMovable, SystemClock, type Movable } from '../../../clock/index.js';
import { ApiGuard } from '../../access/api.guard.js';
import { Takes } from '../shared/known-parameters.js';
import { iso } from '../shared/run-views.js';
import { V2Exception } from '../shared/v2.exception.js';
import type { ClockView, MovedClock } from './answer-types/clock.js';
import type { Answer } from './answer-types/envelope.js';
import { mustNotPassTheEnd, readMove } from './clock-move.js';
import { V2Answers } from './v2-answer.js';

/** The server's clock, which tests in any language move, when it is a virtual one. Only this server has it. */
@Controller('api/v2/clock')
@UseGuards(ApiGuard)
export class V2ClockController implements BeforeApplicationShutdown {
  private readonly wall = new SystemClock();
  private readonly closing = new AbortController();
  /** The end of the move that was asked for last. Moves are taken in turn. */
  private lastMove: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly clock: Clock,
    private readonly answers: V2Answers,
  ) {}

  /** @throws V2Exception 409 without a virtual clock */
  @Get()
  state(): Answer<ClockView> {
    return this.answers.wrap(this.view(this.movable()));
  }

  /**
   * Moves the clock forward, and answers when everything that came due has begun.
   *
   * @throws V2Exception 400 for an amount that is none, 409 without a virtual clock, 423 when something holds the clock
   */
  @Post('advance')
  @Takes({ body: ['by'] })
  @HttpCode(200)
  async advance(
    @Body() body: unknown,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Answer<MovedClock>> {
    const clock = this.movable();
    const by = readMove(body);
    const abandoned = new AbortController();
    const onClose = (): void =>
      abandoned.abort(new V2Exception(503, 'unavailable', 'The server is stopping.'));
    response.once('close', onClose);
    this.closing.signal.addEventListener('abort', onClose);
    // Either may have happened already.
    if (this.closing.signal.aborted || response.destroyed) onClose();
    try {
      const moved = await this.inTurn(async () => {
        const movedByMs = await this.move(clock, by, abandoned.signal);
        return { movedByMs, ...this.view(clock) };
      });
      return this.answers.wrap(moved);
    } finally {
      this.closing.signal.removeEventListener('abort', onClose);
      response.off('close', onClose);
    }
  }

  /** A server that closes waits for open requests. */
  beforeApplicationShutdown(): void {
    this.closing.abort();
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const move = this.lastMove.then(work);
    this.lastMove = move.catch(() => undefined);
    return move;
  }

  private async move(clock: Clock & Movable, by: number | 'next', signal: AbortSignal): Promise<number> {
    signal.throwIfAborted();
    if (by !== 'next') mustNotPassTheEnd(clock.now() + by);
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
