import {
  Body,
  Controller,
  Get,
  Headers,
  HttpCode,
  HttpException,
  HttpStatus,
  NotFoundException,
  Param,
  Post,
  Req,
  Res,
  type BeforeApplicationShutdown,
} from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiBadGatewayResponse,
  ApiBadRequestResponse,
  ApiBody,
  ApiHeader,
  ApiNoContentResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiProduces,
  ApiServiceUnavailableResponse,
  ApiTags,
  ApiTooManyRequestsResponse,
  ApiUnauthorizedResponse,
  ApiUnsupportedMediaTypeResponse,
} from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { encode, OpenStreams } from '../common/streams/index.js';
import { InvalidRequestView, ProblemView } from '../rest/index.js';
import { knowsTheEnd } from '../runs/index.js';
import { DemoTaskRequest } from './request/demo-task-request.dto.js';
import { DEMO_TASK_EXAMPLES } from './request/demo-task.examples.js';
import { DemoTaskAccepted, DemoTaskStatus } from './demo-task.views.js';
import { DemoTasksService } from './demo-tasks.service.js';

@ApiTags('Demo tasks')
@ApiBadGatewayResponse({ type: ProblemView, description: 'Inngest refuses this worker: a key is wrong.' })
@ApiUnauthorizedResponse({ type: ProblemView, description: 'The worker has API_TOKENS, and none was shown.' })
@ApiTooManyRequestsResponse({
  type: ProblemView,
  description: 'Too many requests. Try again after the seconds in `Retry-After`.',
})
@ApiServiceUnavailableResponse({
  type: ProblemView,
  description: 'Inngest is not reachable. Try again after the seconds in `Retry-After`.',
})
@Controller('demo-tasks')
export class DemoTaskController implements BeforeApplicationShutdown {
  constructor(
    private readonly tasks: DemoTasksService,
    private readonly streams: OpenStreams,
  ) {}

  @Post()
  @HttpCode(HttpStatus.ACCEPTED)
  @ApiOperation({ summary: 'Ask for a demo task' })
  @ApiBody({ type: DemoTaskRequest, examples: DEMO_TASK_EXAMPLES })
  @ApiAcceptedResponse({
    type: DemoTaskAccepted,
    description: 'Inngest has the event and will run the task.',
    headers: { Location: { description: 'Where to ask how the task stands.', schema: { type: 'string' } } },
  })
  @ApiBadRequestResponse({ type: InvalidRequestView, description: 'Names every wrong field.' })
  @ApiUnsupportedMediaTypeResponse({
    type: ProblemView,
    description: 'The body is not sent as application/json.',
  })
  async request(
    @Body() task: DemoTaskRequest,
    @Res({ passthrough: true }) response: Response,
  ): Promise<DemoTaskAccepted> {
    const accepted = await this.tasks.request(task);
    response.location(accepted.status);
    return accepted;
  }

  @Get(':eventId')
  @ApiOperation({ summary: 'How a demo task stands, as Inngest tells it' })
  @ApiParam({ name: 'eventId', example: '01M84ANNVE1NGMP237EZH9TRZ7' })
  @ApiOkResponse({ type: DemoTaskStatus })
  @ApiNotFoundResponse({ type: ProblemView, description: 'Inngest knows no demo task of this event id.' })
  async status(@Param('eventId') eventId: string): Promise<DemoTaskStatus> {
    const status = await this.tasks.status(eventId);
    if (status === undefined)
      throw new NotFoundException(`Inngest knows no demo task with the event id "${eventId}".`);
    return status;
  }

  /**
   * `curl -N localhost:3001/demo-tasks/{eventId}/progress`. Ends by itself; a client that lost the connection sends the
   * last id it saw as `Last-Event-ID` (browsers' EventSource does), and gets what came after. EventSource also comes
   * back after the end; 204 has it stay away.
   */
  @Get(':eventId/progress')
  @ApiOperation({
    summary: "A demo task's life as it happens (Server-Sent Events)",
    description:
      'Events `queued`, `started`, `step` (each attempt), `waiting` (until when) and `ended`, after which the stream ' +
      'ends. Try it: `curl -N localhost:3001/demo-tasks/{eventId}/progress`. Resumes after `Last-Event-ID`.',
  })
  @ApiParam({ name: 'eventId', example: '01M84ANNVE1NGMP237EZH9TRZ7' })
  @ApiHeader({ name: 'Last-Event-ID', required: false, description: 'The id of the last event received.' })
  @ApiProduces('text/event-stream')
  @ApiOkResponse({ description: 'One event for each thing that happens.', schema: { type: 'string' } })
  @ApiNoContentResponse({ description: 'The last event received was the end: there will be no other.' })
  @ApiNotFoundResponse({ type: ProblemView, description: 'Inngest knows no demo task of this event id.' })
  async progress(
    @Param('eventId') eventId: string,
    @Req() request: Request,
    @Res() response: Response,
    @Headers('last-event-id') lastId?: string,
  ): Promise<void> {
    // Before the stream begins, so that an unknown id is answered 404.
    const status = await this.status(eventId);
    if (lastId !== undefined && knowsTheEnd(status, lastId)) {
      throw new HttpException('All has been told.', HttpStatus.NO_CONTENT);
    }
    const stream = this.streams.open(request, response);
    for await (const { id, event } of this.tasks.progress(eventId, stream.signal, lastId)) {
      const { type, ...data } = event;
      await stream.send(encode({ id, type, data }));
    }
    stream.end();
  }

  /** Streams would keep the server open: they end, and who follows one comes back with the last id. */
  beforeApplicationShutdown(): void {
    this.streams.endAll();
  }
}
