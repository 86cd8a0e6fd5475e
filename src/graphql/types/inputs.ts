import { ArgsType, Field, InputType, Int, registerEnumType, type ReturnTypeFunc } from '@nestjs/graphql';
import { IsIn, IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';
import { DEFAULT_LIMIT, DemoTaskRequest, MAX_LIMIT } from '../../demo-task/index.js';
import { LISTED_STATUSES, type ListedStatus } from '../../runs/index.js';

/** The payload of a demo task, with the rules of REST and of events. */
@InputType('DemoTaskInput', { description: 'The options of a demo task.' })
export class DemoTaskInput extends DemoTaskRequest {}

// The fields and their validation rules are inherited; here they get their GraphQL types.
const FIELDS: Record<keyof DemoTaskRequest, [type: ReturnTypeFunc, description: string]> = {
  taskId: [
    () => String,
    'The name of the task, 1 to 256 characters. A task with the same name within 24 hours is a duplicate and does not ' +
      'run, unless `force` is true.',
  ],
  simulateFailure: [() => Boolean, 'Makes the step named by `failAtStep` fail.'],
  failAtStep: [
    () => String,
    'The step that `simulateFailure` makes fail. Default: step-4-simulate-api-call.',
  ],
  failAttempts: [
    () => Int,
    'How many attempts `simulateFailure` makes fail, 1 to 6; the next one succeeds. Default: all.',
  ],
  delayMs: [() => Int, 'How long step 3 waits, in milliseconds, 0 to 300000. Default: 1000.'],
  priority: [
    () => Int,
    'The seconds by which the task goes ahead of other waiting tasks, -600 to 600; a negative number delays it.',
  ],
  force: [() => Boolean, 'Runs the task even if a task with the same `taskId` has run within 24 hours.'],
};
for (const [name, [type, description]] of Object.entries(FIELDS)) {
  Field(type, { nullable: name !== 'taskId', description })(DemoTaskInput.prototype, name);
}

const ListedStatusEnum = Object.fromEntries(LISTED_STATUSES.map((status) => [status, status]));

registerEnumType(ListedStatusEnum, {
  name: 'ListedStatus',
  description:
    'The statuses of RunStatus that a list can filter by. SKIPPED is not among them, because a skipped task has no run.',
});

@ArgsType()
export class DemoTasksArgs {
  @Field(() => ListedStatusEnum, {
    nullable: true,
    description: 'Only tasks whose run has this status. Default: all.',
  })
  @IsOptional()
  @IsIn(LISTED_STATUSES)
  status?: ListedStatus | null;

  @Field(() => Int, {
    nullable: true,
    defaultValue: DEFAULT_LIMIT,
    description: 'The largest number of tasks, 1 to 100.',
  })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(MAX_LIMIT)
  first?: number | null;

  @Field(() => String, { nullable: true, description: 'The cursor after which the page begins.' })
  @IsOptional()
  @IsString()
  @MaxLength(1_000)
  after?: string | null;
}
