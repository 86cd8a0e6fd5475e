import {
  Body,
  Controller,
  Get,
  HttpCode,
  HttpStatus,
  NotFoundException,
  Param,
  Post,
  Res,
} from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiBadGatewayResponse,
  ApiBadRequestResponse,
  ApiBody,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiServiceUnavailableResponse,
  ApiTags,
  ApiUnsupportedMediaTypeResponse,
} from '@nestjs/swagger';
import type { Response } from 'express';
import { InvalidRequestView, ProblemView } from '../rest/index.js';
import { DemoTaskRequest } from './demo-task-request.dto.js';
import { DEMO_TASK_EXAMPLES } from './demo-task.examples.js';
import { DemoTaskAccepted, DemoTaskStatus } from './demo-task.views.js';
import { DemoTasksService } from './demo-tasks.service.js';

@ApiTags('Demo tasks')
@ApiBadGatewayResponse({ type: ProblemView, description: 'Inngest refuses this worker: a key is wrong.' })
@ApiServiceUnavailableResponse({
  type: ProblemView,
  description: 'Inngest is not reachable. Try again after the seconds in `Retry-After`.',
})
@Controller('demo-tasks')
export class DemoTaskController {
  constructor(private readonly tasks: DemoTasksService) {}

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
}
