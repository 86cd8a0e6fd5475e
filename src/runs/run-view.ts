import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { isRecord } from '../common/is-record.js';

/** The statuses of a run. The last four are final. */
export const RUN_STATUSES = [
  'QUEUED',
  'RUNNING',
  'WAITING',
  'COMPLETED',
  'FAILED',
  'CANCELLED',
  'SKIPPED',
] as const;

export type RunStatus = (typeof RUN_STATUSES)[number];

const STEP_STATUSES = ['QUEUED', 'RUNNING', 'WAITING', 'COMPLETED', 'FAILED'] as const;
const ATTEMPT_STATUSES = ['QUEUED', 'RUNNING', 'COMPLETED', 'FAILED'] as const;

const TIME = { type: String, format: 'date-time', example: '2026-11-23T13:49:03.905Z' };

/** An error, as clients see it. The stack is in Inngest's dashboard. */
export class FailureView {
  @ApiProperty({ example: 'SimulatedFailureError' })
  name!: string;

  @ApiProperty({ example: 'step-4-simulate-api-call failed on request (attempt 5)' })
  message!: string;

  @ApiPropertyOptional({
    description: 'The cause of the error. For an event with wrong data, the wrong fields.',
    type: Object,
    additionalProperties: true,
    example: { fields: [{ field: 'taskId', messages: ['taskId should not be empty'] }] },
  })
  cause?: unknown;
}

export class AttemptView {
  @ApiProperty({
    description: 'Counted from 0 for each step, as `ctx.attempt` of the Inngest SDK.',
    example: 0,
  })
  attempt!: number;

  @ApiProperty({ enum: ATTEMPT_STATUSES })
  status!: (typeof ATTEMPT_STATUSES)[number];

  @ApiPropertyOptional(TIME)
  startedAt?: string;

  @ApiPropertyOptional(TIME)
  endedAt?: string;

  @ApiPropertyOptional({ type: FailureView })
  error?: FailureView;
}

export class StepView {
  @ApiProperty({ example: 'step-1-initialize' })
  id!: string;

  @ApiProperty({
    enum: STEP_STATUSES,
    description: 'WAITING: its last attempt failed and another one follows.',
  })
  status!: (typeof STEP_STATUSES)[number];

  @ApiPropertyOptional({ ...TIME, description: 'When its first attempt started.' })
  startedAt?: string;

  @ApiPropertyOptional({ ...TIME, description: 'When its last attempt ended.' })
  endedAt?: string;

  @ApiPropertyOptional({ description: 'What it returned.', type: Object, additionalProperties: true })
  output?: unknown;

  @ApiPropertyOptional({ type: FailureView, description: 'The error of its last attempt.' })
  error?: FailureView;

  @ApiProperty({ type: [AttemptView] })
  attempts!: AttemptView[];
}

export class WaitingView {
  @ApiProperty({ description: '`retry`, `sleep`, or another reason from the server.', example: 'retry' })
  reason!: string;

  @ApiPropertyOptional({ ...TIME, description: 'When the wait ends, if the server reports it.' })
  until?: string;

  @ApiPropertyOptional({
    description: 'The step that will be tried again.',
    example: 'step-4-simulate-api-call',
  })
  step?: string;

  @ApiPropertyOptional({ description: 'The number of the next attempt, counted from 0.', example: 2 })
  attempt?: number;
}

/** A run in the list of an event's runs. */
export class RunSummaryView {
  @ApiProperty({ example: '01M84ANNWVWBP7SPVG9HWX15JS' })
  id!: string;

  @ApiProperty({ enum: RUN_STATUSES })
  status!: RunStatus;

  @ApiPropertyOptional(TIME)
  queuedAt?: string;

  @ApiPropertyOptional(TIME)
  startedAt?: string;

  @ApiPropertyOptional(TIME)
  endedAt?: string;
}

/** A run with its steps and its output. */
export class RunView extends RunSummaryView {
  @ApiPropertyOptional({ type: WaitingView, description: 'What the run waits for, if known.' })
  waiting?: WaitingView;

  @ApiPropertyOptional({
    description: 'What the function returned.',
    type: Object,
    additionalProperties: true,
  })
  output?: unknown;

  @ApiPropertyOptional({ type: FailureView })
  error?: FailureView;

  @ApiProperty({
    type: [StepView],
    description:
      'Its steps in the order in which they began. Empty if the server has only version 1 of the API.',
  })
  steps!: StepView[];
}

/** The error in the output of a failed run, step or attempt. */
export function failureOf(output: unknown): FailureView {
  const { name, message, cause } = isRecord(output) ? output : { message: output };
  return {
    name: typeof name === 'string' ? name : 'Error',
    message: typeof message === 'string' ? message : JSON.stringify(message ?? 'Inngest gave no reason.'),
    ...(cause === undefined ? {} : { cause }),
  };
}
