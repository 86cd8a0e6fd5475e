import { Field, ID, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { RUN_STATUSES, type RunStatus } from '../../runs/index.js';
import { DateTime, JsonValue } from './scalars.js';

export const RunStatusEnum = Object.fromEntries(RUN_STATUSES.map((status) => [status, status])) as {
  [Status in RunStatus]: Status;
};

registerEnumType(RunStatusEnum, {
  name: 'RunStatus',
  description: 'The status of a run.',
  valuesMap: {
    QUEUED: { description: 'It has not started.' },
    RUNNING: { description: 'A step executes, or will execute in a moment.' },
    WAITING: { description: 'It sleeps, or waits for an event or a retry.' },
    COMPLETED: { description: 'It returned. Final.' },
    FAILED: { description: 'It failed and is not retried. Final.' },
    CANCELLED: { description: 'It was cancelled. Final.' },
    SKIPPED: { description: 'The event starts no run. Final.' },
  },
});

@ObjectType('Failure', { description: 'An error. Its stack is in the dashboard of Inngest.' })
export class FailureType {
  @Field(() => String, { description: "The error's name, such as SimulatedFailureError." })
  name!: string;

  @Field(() => String, { description: 'The message of the error.' })
  message!: string;

  @Field(() => JsonValue, {
    nullable: true,
    description: 'The cause of the error. For an event with wrong data, the wrong fields.',
  })
  cause?: unknown;
}

@ObjectType('Attempt', { description: 'One attempt of a step.' })
export class AttemptType {
  @Field(() => Int, { description: 'Counted from 0 for each step.' })
  attempt!: number;

  @Field(() => String, { description: 'QUEUED, RUNNING, COMPLETED or FAILED.' })
  status!: string;

  @Field(() => DateTime, { nullable: true, description: 'When it started.' })
  startedAt?: string;

  @Field(() => DateTime, { nullable: true, description: 'When it ended.' })
  endedAt?: string;

  @Field(() => FailureType, { nullable: true, description: 'Why it failed.' })
  error?: FailureType;
}

@ObjectType('Step', { description: 'A step of a run.' })
export class StepType {
  @Field(() => ID, { description: "The step's id in the function, such as step-1-initialize." })
  id!: string;

  @Field(() => String, {
    description:
      'QUEUED, RUNNING, WAITING (its last attempt failed and another follows), COMPLETED or FAILED.',
  })
  status!: string;

  @Field(() => DateTime, { nullable: true, description: 'When its first attempt started.' })
  startedAt?: string;

  @Field(() => DateTime, { nullable: true, description: 'When its last attempt ended.' })
  endedAt?: string;

  @Field(() => JsonValue, { nullable: true, description: 'What it returned.' })
  output?: unknown;

  @Field(() => FailureType, { nullable: true, description: 'The error of its last attempt.' })
  error?: FailureType;

  @Field(() => [AttemptType], { description: 'Its attempts, oldest first.' })
  attempts!: AttemptType[];
}

@ObjectType('Waiting', { description: 'What a run waits for.' })
export class WaitingType {
  @Field(() => String, { description: '`retry`, `sleep`, or another reason from the server.' })
  reason!: string;

  @Field(() => DateTime, { nullable: true, description: 'When the wait ends, if the server reports it.' })
  until?: string;

  @Field(() => String, { nullable: true, description: 'The step that will be tried again.' })
  step?: string;

  @Field(() => Int, { nullable: true, description: 'The number of the next attempt, counted from 0.' })
  attempt?: number;
}

@ObjectType('RunSummary', { description: 'A run without its steps.' })
export class RunSummaryType {
  @Field(() => ID, { description: "The run's id at Inngest." })
  id!: string;

  @Field(() => RunStatusEnum, { description: 'The status of the run.' })
  status!: RunStatus;

  @Field(() => DateTime, { nullable: true, description: 'When Inngest queued it.' })
  queuedAt?: string;

  @Field(() => DateTime, { nullable: true, description: 'When Inngest first called the function.' })
  startedAt?: string;

  @Field(() => DateTime, { nullable: true, description: 'When it ended.' })
  endedAt?: string;
}

@ObjectType('Run', { description: 'A run with its steps and its output.' })
export class RunType extends RunSummaryType {
  @Field(() => WaitingType, { nullable: true, description: 'What it waits for, if known.' })
  waiting?: WaitingType;

  @Field(() => JsonValue, { nullable: true, description: 'What the function returned.' })
  output?: unknown;

  @Field(() => FailureType, { nullable: true, description: 'Why it failed.' })
  error?: FailureType;

  @Field(() => [StepType], { description: 'Its steps in the order in which they began.' })
  steps!: StepType[];
}
