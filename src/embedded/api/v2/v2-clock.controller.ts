import { Body, Controller, Get, HttpCode, Post, Res, type BeforeApplicationShutdown } from '@nestjs/common';
import type { Response } from 'express';
import { AllowedFor } from '../../access/access.guard.js';
import { Takes } from '../shared/known-parameters.js';
import { V2Exception } from '../shared/v2.exception.js';
import type { ClockView, MovedClock } from './answer-types/clock.js';
import type { Answer } from './answer-types/envelope.js';
import { readMove } from './clock-move.js';
import { ClockMoves } from './clock-moves.js';
import { V2Answers } from './v2-answer.js';

/** Shows the server's virtual clock, and moves it for tests in any language. Only this server has it. */
@Controller('api/v2/clock')
@AllowedFor('users')
export class V2ClockController implements BeforeApplicationShutdown {
  private readonly closing = new AbortController();

  constructor(
    private readonly moves: ClockMoves,
    private readonly answers: V2Answers,
  ) {}

  /** @throws V2Exception 409 without a virtual clock */
  @Get()
  state(): Answer<ClockView> {
    return this.answers.wrap(this.moves.state());
  }

  /**
   * Moves the clock forward. It answers when everything that came due has begun.
   *
   * @throws V2Exception 400 for an invalid amount, 409 without a virtual clock, 423 when something holds the clock
   */
  @Post('advance')
  @Takes({ body: ['by'] })
  @HttpCode(200)
  async advance(
    @Body() body: unknown,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Answer<MovedClock>> {
    // First, because without a virtual clock the answer is 409 for every body.
    this.moves.state();
    const by = readMove(body);
    const abandoned = new AbortController();
    const onClose = (): void =>
      abandoned.abort(new V2Exception(503, 'unavailable', 'The server is stopping.'));
    response.once('close', onClose);
    this.closing.signal.addEventListener('abort', onClose);
    // One of the two may have happened before the listeners were added.
    if (this.closing.signal.aborted || response.destroyed) onClose();
    try {
      return this.answers.wrap(await this.moves.advance(by, abandoned.signal));
    } finally {
      this.closing.signal.removeEventListener('abort', onClose);
      response.off('close', onClose);
    }
  }

  /** Ends the moves, because a server that closes waits for its open requests. */
  beforeApplicationShutdown(): void {
    this.closing.abort();
  }
}
