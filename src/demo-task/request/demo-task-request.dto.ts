import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  IsBoolean,
  IsIn,
  IsInt,
  IsNotEmpty,
  IsOptional,
  IsString,
  Max,
  MaxLength,
  Min,
  ValidateBy,
} from 'class-validator';
import { DEMO_TASK_STEPS, type DemoTaskStep } from './demo-task.steps.js';

export const DEFAULT_DELAY_MS = 1_000;
export const DEFAULT_FAILING_STEP: DemoTaskStep = 'step-4-simulate-api-call';

/** The retries of each step of the demo task. */
export const DEMO_TASK_RETRIES = 5;

/**
 * Rejects unpaired surrogates. They cannot be written as UTF-8, so Inngest would treat texts that differ only there as
 * equal. Other rules reject values that are not strings.
 */
const HasNoLoneSurrogate = (): PropertyDecorator =>
  ValidateBy({
    name: 'hasNoLoneSurrogate',
    validator: {
      validate: (value: unknown) => typeof value !== 'string' || /^\P{Surrogate}*$/u.test(value),
      defaultMessage: () => '$property must not contain an unpaired surrogate',
    },
  });

/** The payload of a demo task, for REST and GraphQL requests and for events that are sent directly to Inngest. */
export class DemoTaskRequest {
  @ApiProperty({
    description:
      'The name of the task. A task with the same name within 24 hours is a duplicate and does not run, unless `force` is true.',
    minLength: 1,
    maxLength: 256,
    example: 'first',
  })
  @IsString()
  @IsNotEmpty()
  @MaxLength(256)
  @HasNoLoneSurrogate()
  taskId!: string;

  @ApiPropertyOptional({
    description: 'Makes the step named by `failAtStep` fail.',
    type: 'boolean',
    nullable: true,
    default: false,
    example: false,
  })
  @IsOptional()
  @IsBoolean()
  simulateFailure?: boolean | null;

  @ApiPropertyOptional({
    description: 'The step that `simulateFailure` makes fail. Without `simulateFailure` no step fails.',
    enum: DEMO_TASK_STEPS,
    nullable: true,
    default: DEFAULT_FAILING_STEP,
  })
  @IsOptional()
  @IsIn(DEMO_TASK_STEPS)
  failAtStep?: DemoTaskStep | null;

  @ApiPropertyOptional({
    description: 'How many attempts `simulateFailure` makes fail; the next one succeeds. Default: all.',
    type: 'integer',
    nullable: true,
    minimum: 1,
    maximum: DEMO_TASK_RETRIES + 1,
    example: 2,
  })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(DEMO_TASK_RETRIES + 1)
  failAttempts?: number | null;

  @ApiPropertyOptional({
    description: 'How long step 3 waits, in milliseconds.',
    type: 'integer',
    nullable: true,
    minimum: 0,
    maximum: 300_000,
    default: DEFAULT_DELAY_MS,
    example: 1_000,
  })
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(300_000)
  delayMs?: number | null;

  @ApiPropertyOptional({
    description:
      'The seconds by which this task goes ahead of other waiting tasks. A negative number delays its start by that many seconds.',
    type: 'integer',
    nullable: true,
    minimum: -600,
    maximum: 600,
    default: 0,
    example: 0,
  })
  @IsOptional()
  @IsInt()
  @Min(-600)
  @Max(600)
  priority?: number | null;

  @ApiPropertyOptional({
    description: 'Runs the task even if a task with the same `taskId` has run within 24 hours.',
    type: 'boolean',
    nullable: true,
    default: false,
    example: false,
  })
  @IsOptional()
  @IsBoolean()
  force?: boolean | null;
}
