import { ArgsType, Field, InputType, Int, registerEnumType, type ReturnTypeFunc } from '@nestjs/graphql';
import { IsIn, IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';
import { DEFAULT_LIMIT, DemoTaskRequest, MAX_LIMIT } from '../../demo-task/index.js';
import { LISTED_STATUSES, type ListedStatus } from '../../runs/index.js';

/** The payload of a demo task: the rules are those of REST and of events. */
@InputType('DemoTaskInput', { description: 'What a demo task is to do.' })
export class DemoTaskInput extends DemoTaskRequest {}

// The fields are the inherited ones, which have their rules there; here they get their types.
const FIELDS: Record<keyof DemoTaskRequest, [type: ReturnTypeFunc, description: string]> = {
  taskId: [
    () => String,
    'What the task is called, in 1 to 256 characters. A task of the same name within 24 hours is a duplicate: it is ' +
      'not run, unless `force` is true.',
  ],
  simulateFailure: [() => Boolean, 'Makes the step named by `failAtStep` fail.'],
  failAtStep: [
    () => String,
    'The step that `simulateFailure` fails, such as step-4-simulate-api-call, which is the default.',
  ],
  failAttempts: [
    () => Int,
    'How many attempts `simulateFailure` fails, 1 to 6; the next one succeeds. All when absent.',
  ],
  delayMs: [() => Int, 'How long step 3 waits, in milliseconds, 0 to 300000; 1000 when absent.'],
  priority: [
    () => Int,
    'How many seconds ahead of other waiting tasks it starts, -600 to 600; a negative one delays it.',
  ],
  force: [() => Boolean, 'Runs the task even if one of the same `taskId` has run within 24 hours.'],
};
for (const [name, [type, description]] of Object.entries(FIELDS)) {
  Field(type, { nullable: name !== 'taskId', description })(DemoTaskInput.prototype, name);
}

const ListedStatusEnum = Object.fromEntries(LISTED_STATUSES.map((status) => [status, status]));

registerEnumType(ListedStatusEnum, {
  name: 'ListedStatus',
  description: 'The statuses of RunStatus by which tasks are listed: a task that was skipped has no run.',
});

@ArgsType()
export class DemoTasksArgs {
  @Field(() => ListedStatusEnum, {
    nullable: true,
    description: 'Only tasks whose run stands so; all when absent.',
  })
  @IsOptional()
  @IsIn(LISTED_STATUSES)
  status?: ListedStatus | null;

  @Field(() => Int, { nullable: true, defaultValue: DEFAULT_LIMIT, description: 'How many, 1 to 100.' })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(MAX_LIMIT)
  first?: number | null;

  @Field(() => String, { nullable: true, description: 'The cursor after which the list goes on.' })
  @IsOptional()
  @IsString()
  @MaxLength(1_000)
  after?: string | null;
}
