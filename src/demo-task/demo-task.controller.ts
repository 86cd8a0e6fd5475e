import {
  Body,
  Controller,
  Get,
  HttpCode,
  HttpStatus,
  Param,
  Post,
  Query,
  Res,
  UseFilters,
} from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiBadGatewayResponse,
  ApiBadRequestResponse,
  ApiBody,
  ApiConflictResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiServiceUnavailableResponse,
  ApiTags,
  ApiTooManyRequestsResponse,
  ApiUnauthorizedResponse,
  ApiUnsupportedMediaTypeResponse,
} from '@nestjs/swagger';
import type { Response } from 'express';
import { InvalidRequestView, ProblemView, QueryParameters } from '../rest/index.js';
import { DEFAULT_LIMIT, DemoTaskListQuery } from './request/demo-task-list.query.js';
import { DemoTaskRequest } from './request/demo-task-request.dto.js';
import { DEMO_TASK_EXAMPLES } from './request/demo-task.examples.js';
import { found } from './found.js';
import { NoBody } from './request/no-body.dto.js';
import { RunErrorFilter } from './run-error.filter.js';
import {
  DemoTaskAccepted,
  DemoTaskCancelled,
  DemoTaskPage,
  DemoTaskReplayed,
  DemoTaskStatus,
} from './demo-task.views.js';
import { DemoTasksService } from './demo-tasks.service.js';

@ApiTags('Demo tasks')
@ApiBadGatewayResponse({
  type: ProblemView,
  description: 'Inngest refuses this worker because a key is wrong.',
})
@ApiUnauthorizedResponse({
  type: ProblemView,
  description: 'The worker has API_TOKENS, and the request contained none of them.',
})
@ApiTooManyRequestsResponse({
  type: ProblemView,
  description: 'Too many requests. Try again after the seconds in `Retry-After`.',
})
@ApiServiceUnavailableResponse({
  type: ProblemView,
  description: 'Inngest is not reachable. Try again after the seconds in `Retry-After`.',
})
@Controller('demo-tasks')
@UseFilters(RunErrorFilter)
export class DemoTaskController {
  constructor(private readonly tasks: DemoTasksService) {}

  @Post()
  @HttpCode(HttpStatus.ACCEPTED)
  @ApiOperation({ summary: 'Request a demo task' })
  @ApiBody({ type: DemoTaskRequest, examples: DEMO_TASK_EXAMPLES })
  @ApiAcceptedResponse({
    type: DemoTaskAccepted,
    description: 'Inngest has the event and will run the task.',
    headers: {
      Location: {
        description: 'The path at which to read the status of the task.',
        schema: { type: 'string' },
      },
    },
  })
  @ApiBadRequestResponse({ type: InvalidRequestView, description: 'Names every wrong field.' })
  @ApiUnsupportedMediaTypeResponse({
    type: ProblemView,
    description: 'The content type of the body is not application/json.',
  })
  async request(
    @Body() task: DemoTaskRequest,
    @Res({ passthrough: true }) response: Response,
  ): Promise<DemoTaskAccepted> {
    const accepted = await this.tasks.request(task);
    response.location(accepted.status);
    return accepted;
  }

  @Get()
  @QueryParameters(['status', 'limit', 'cursor'])
  @ApiOperation({
    summary: 'The demo tasks that have a run, newest first',
    description:
      'With a status, a page may contain fewer tasks than `limit` although `page.hasMore` is true. Duplicates have no run, so ' +
      'they are in no list.',
  })
  @ApiOkResponse({ type: DemoTaskPage })
  @ApiBadRequestResponse({ type: InvalidRequestView, description: 'Names every wrong parameter.' })
  async list(@Query() { status, limit, cursor }: DemoTaskListQuery): Promise<DemoTaskPage> {
    const { tasks, ...page } = await this.tasks.list({
      limit: limit ?? DEFAULT_LIMIT,
      ...(status != null && { status }),
      ...(cursor != null && { cursor }),
    });
    return { tasks: tasks.map(({ task }) => task), page };
  }

  @Get(':eventId')
  @ApiOperation({ summary: 'The status of a demo task' })
  @ApiParam({ name: 'eventId', example: '01M84ANNVE1NGMP237EZH9TRZ7' })
  @ApiOkResponse({ type: DemoTaskStatus })
  @ApiNotFoundResponse({ type: ProblemView, description: 'Inngest has no demo task with this event id.' })
  async status(@Param('eventId') eventId: string): Promise<DemoTaskStatus> {
    return found(eventId, await this.tasks.status(eventId));
  }

  @Post(':eventId/cancel')
  @HttpCode(HttpStatus.ACCEPTED)
  @ApiOperation({
    summary: 'Cancel a demo task',
    description:
      'Cancels its unfinished runs. An executing step is not interrupted, but no further step is executed.',
  })
  @ApiParam({ name: 'eventId', example: '01M84ANNVE1NGMP237EZH9TRZ7' })
  @ApiAcceptedResponse({ type: DemoTaskCancelled })
  @ApiBadRequestResponse({
    type: InvalidRequestView,
    description: 'The body contains a field; this request accepts none.',
  })
  @ApiNotFoundResponse({ type: ProblemView, description: 'Inngest has no demo task with this event id.' })
  @ApiConflictResponse({ type: ProblemView, description: 'It has no run, or its run has ended.' })
  async cancel(@Param('eventId') eventId: string, @Body() _body: NoBody): Promise<DemoTaskCancelled> {
    return found(eventId, await this.tasks.cancel(eventId));
  }

  @Post(':eventId/replay')
  @HttpCode(HttpStatus.ACCEPTED)
  @ApiOperation({
    summary: 'Run a demo task again',
    description: 'Starts a new run of all its steps with the same data, even within 24 hours.',
  })
  @ApiParam({ name: 'eventId', example: '01M84ANNVE1NGMP237EZH9TRZ7' })
  @ApiAcceptedResponse({
    type: DemoTaskReplayed,
    headers: {
      Location: {
        description: 'The path at which to read the status of the task.',
        schema: { type: 'string' },
      },
    },
  })
  @ApiBadRequestResponse({
    type: InvalidRequestView,
    description: 'The body contains a field; this request accepts none.',
  })
  @ApiNotFoundResponse({ type: ProblemView, description: 'Inngest has no demo task with this event id.' })
  @ApiConflictResponse({ type: ProblemView, description: 'It has no run, or its run has not ended.' })
  async replay(
    @Param('eventId') eventId: string,
    @Body() _body: NoBody,
    @Res({ passthrough: true }) response: Response,
  ): Promise<DemoTaskReplayed> {
    const replayed = found(eventId, await this.tasks.replay(eventId));
    response.location(replayed.status);
    return replayed;
  }
}
