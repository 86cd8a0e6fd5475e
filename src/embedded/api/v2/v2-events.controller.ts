import { Body, Controller, Get, HttpCode, Post, UseGuards } from '@nestjs/common';
import { EventIntake } from '../../events/event-intake.js';
import { InvalidEventError, parseIncomingEvent } from '../../events/incoming-event.js';
import { SigningKeyGuard } from '../signing-key.guard.js';
import { V2Answers, V2Exception } from './v2-answer.js';

@Controller('api/v2')
export class V2EventsController {
  constructor(
    private readonly intake: EventIntake,
    private readonly answers: V2Answers,
  ) {}

  @Get('health')
  health(): object {
    return this.answers.wrap({ status: 'ok' });
  }

  @Post('events')
  @HttpCode(200)
  @UseGuards(SigningKeyGuard)
  send(@Body() body: unknown): object {
    try {
      const [eventId] = this.intake.accept([parseIncomingEvent(body)]);
      return this.answers.wrap({ eventId });
    } catch (error) {
      if (!(error instanceof InvalidEventError)) throw error;
      throw new V2Exception(400, 'invalid_request', error.message);
    }
  }
}
