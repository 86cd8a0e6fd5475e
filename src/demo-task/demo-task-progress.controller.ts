import {
  Controller,
  Get,
  Headers,
  HttpException,
  HttpStatus,
  Param,
  Req,
  Res,
  type BeforeApplicationShutdown,
} from '@nestjs/common';
import {
  ApiBadGatewayResponse,
  ApiHeader,
  ApiNoContentResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiProduces,
  ApiServiceUnavailableResponse,
  ApiTags,
} from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { encode, OpenStreams } from '../common/streams/index.js';
import { ProblemView } from '../rest/index.js';
import { DemoTasksService } from './demo-tasks.service.js';
import { found } from './found.js';

@ApiTags('Demo tasks')
@ApiBadGatewayResponse({
  type: ProblemView,
  description: 'Inngest refuses this worker because a key is wrong.',
})
@ApiServiceUnavailableResponse({
  type: ProblemView,
  description:
    'Inngest is not reachable, or 200 streams are open. Try again after the seconds in `Retry-After`.',
})
@Controller('demo-tasks')
export class DemoTaskProgressController implements BeforeApplicationShutdown {
  constructor(
    private readonly tasks: DemoTasksService,
    private readonly streams: OpenStreams,
  ) {}

  /**
   * `curl -N localhost:3001/demo-tasks/{eventId}/progress`. The stream ends after the run. A client that has lost its
   * connection sends the last id as `Last-Event-ID` (browsers' EventSource does) and gets the later events. EventSource
   * also reconnects after the end; 204 stops it.
   */
  @Get(':eventId/progress')
  @ApiOperation({
    summary: 'The progress of a demo task (Server-Sent Events)',
    description:
      'Events `queued`, `started`, `step` (each attempt), `waiting` (until when) and `ended`, after which the stream ' +
      'ends. Try it: `curl -N localhost:3001/demo-tasks/{eventId}/progress`. Resumes after `Last-Event-ID`.',
  })
  @ApiParam({ name: 'eventId', example: '01M84ANNVE1NGMP237EZH9TRZ7' })
  @ApiHeader({ name: 'Last-Event-ID', required: false, description: 'The id of the last event received.' })
  @ApiProduces('text/event-stream')
  @ApiOkResponse({ description: 'One event for each change.', schema: { type: 'string' } })
  @ApiNoContentResponse({ description: 'The event in `Last-Event-ID` was the last one.' })
  @ApiNotFoundResponse({ type: ProblemView, description: 'Inngest has no demo task with this event id.' })
  async progress(
    @Param('eventId') eventId: string,
    @Req() request: Request,
    @Res() response: Response,
    @Headers('last-event-id') lastId?: string,
  ): Promise<void> {
    // Before the stream begins, so that an unknown id gets the status 404.
    const followed = found(eventId, await this.tasks.follow(eventId));
    try {
      if (lastId !== undefined && followed.knowsTheEnd(lastId)) {
        throw new HttpException('The stream has ended.', HttpStatus.NO_CONTENT);
      }
      const stream = this.streams.open(request, response);
      for await (const { id, event } of followed.progress(stream.signal, lastId)) {
        const { type, ...data } = event;
        await stream.send(encode({ id, type, data }));
      }
      stream.end();
    } finally {
      followed.leave();
    }
  }

  /** Ends the streams, which would keep the server open. Clients reconnect with their last id. */
  beforeApplicationShutdown(): void {
    this.streams.endAll();
  }
}
