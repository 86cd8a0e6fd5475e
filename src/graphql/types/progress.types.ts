import { Field, ID, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { FailureType } from './run.types.js';
import { DateTime, JsonValue } from './scalars.js';

export const ProgressKind = {
  QUEUED: 'queued',
  STARTED: 'started',
  STEP: 'step',
  WAITING: 'waiting',
  ENDED: 'ended',
} as const;

registerEnumType(ProgressKind, {
  name: 'ProgressKind',
  description: "What happened in a task's life.",
  valuesMap: {
    QUEUED: { description: 'Inngest has queued the run.' },
    STARTED: { description: 'The function was called.' },
    STEP: { description: 'An attempt of a step started or ended.' },
    WAITING: { description: 'The run waits.' },
    ENDED: { description: 'The run has ended, or there will be none. Nothing follows.' },
  },
});

@ObjectType('DemoTaskProgress', { description: "One thing that happened in a task's life." })
export class DemoTaskProgressType {
  @Field(() => ID, { description: 'Sent as `after`, it has a later subscription go on after this.' })
  id!: string;

  @Field(() => ProgressKind, { description: 'What happened.' })
  type!: (typeof ProgressKind)[keyof typeof ProgressKind];

  @Field(() => DateTime, { nullable: true, description: 'When it happened, where that is known.' })
  at?: string;

  @Field(() => ID, { nullable: true, description: 'QUEUED, STARTED: the run.' })
  runId?: string;

  @Field(() => String, { nullable: true, description: 'STEP, WAITING for a retry: the id of the step.' })
  step?: string;

  @Field(() => Int, {
    nullable: true,
    description: 'STEP: the number of the attempt, counted from 0. WAITING: that of the next one.',
  })
  attempt?: number;

  @Field(() => String, {
    nullable: true,
    description:
      'STEP: RUNNING, COMPLETED or FAILED. ENDED: the final status of the run, as RunStatus names it.',
  })
  status?: string;

  @Field(() => FailureType, { nullable: true, description: 'STEP, ENDED: why it failed.' })
  error?: FailureType;

  @Field(() => String, { nullable: true, description: 'WAITING: for what. ENDED: why there is no run.' })
  reason?: string;

  @Field(() => DateTime, { nullable: true, description: 'WAITING: until when, where that is known.' })
  until?: string;

  @Field(() => JsonValue, { nullable: true, description: 'ENDED: what the function returned.' })
  output?: unknown;
}
