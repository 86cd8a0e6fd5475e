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

/** How often a step of the demo task is tried again, at most. */
export const DEMO_TASK_RETRIES = 5;

/**
 * Halves of surrogate pairs have no UTF-8: Inngest would take texts that differ only there for one. What is not a string is
 * for other rules.
 */
const HasNoLoneSurrogate = (): PropertyDecorator =>
  ValidateBy({
    name: 'hasNoLoneSurrogate',
    validator: {
      validate: (value: unknown) => typeof value !== 'string' || /^\P{Surrogate}*$/u.test(value),
      defaultMessage: () => '$property must not contain half of a surrogate pair',
    },
  });

/** The payload of a demo task: the truth about it for REST and for events that arrive straight at Inngest. */
export class DemoTaskRequest {
  @ApiProperty({
    description:
      'What the task is called. A task of the same name within 24 hours is a duplicate: it is not run, unless `force` is true.',
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
    description: 'The step that `simulateFailure` fails. Without `simulateFailure` nothing fails.',
    enum: DEMO_TASK_STEPS,
    nullable: true,
    default: DEFAULT_FAILING_STEP,
  })
  @IsOptional()
  @IsIn(DEMO_TASK_STEPS)
  failAtStep?: DemoTaskStep | null;

  @ApiPropertyOptional({
    description: 'How many attempts `simulateFailure` fails; the next one succeeds. Absent: all of them.',
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
      'How many seconds ahead of the other waiting tasks this one starts. A negative one delays its start by as many seconds.',
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
    description: 'Runs the task even if one of the same `taskId` has run within 24 hours.',
    type: 'boolean',
    nullable: true,
    default: false,
    example: false,
  })
  @IsOptional()
  @IsBoolean()
  force?: boolean | null;
}
