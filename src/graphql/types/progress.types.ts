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
  description: 'The kind of a progress event of a task.',
  valuesMap: {
    QUEUED: { description: 'Inngest has queued the run.' },
    STARTED: { description: 'The function was called.' },
    STEP: { description: 'An attempt of a step started or ended.' },
    WAITING: { description: 'The run waits.' },
    ENDED: { description: 'The run has ended, or the event starts no run. This is the last progress.' },
  },
});

@ObjectType('DemoTaskProgress', { description: 'One progress event of a task.' })
export class DemoTaskProgressType {
  @Field(() => ID, {
    description: 'Send it as `after` to continue after this event in a later subscription.',
  })
  id!: string;

  @Field(() => ProgressKind, { description: 'What happened.' })
  type!: (typeof ProgressKind)[keyof typeof ProgressKind];

  @Field(() => DateTime, { nullable: true, description: 'When it happened, if known.' })
  at?: string;

  @Field(() => ID, { nullable: true, description: 'QUEUED, STARTED: the id of the run.' })
  runId?: string;

  @Field(() => String, { nullable: true, description: 'STEP, and WAITING for a retry: the id of the step.' })
  step?: string;

  @Field(() => Int, {
    nullable: true,
    description: 'STEP: the number of the attempt, counted from 0. WAITING: the number of the next attempt.',
  })
  attempt?: number;

  @Field(() => String, {
    nullable: true,
    description:
      'STEP: RUNNING, COMPLETED or FAILED. ENDED: the final status of the run, as RunStatus names it.',
  })
  status?: string;

  @Field(() => FailureType, { nullable: true, description: 'STEP, ENDED: the error, if it failed.' })
  error?: FailureType;

  @Field(() => String, {
    nullable: true,
    description: 'WAITING: what the run waits for. ENDED: why there is no run.',
  })
  reason?: string;

  @Field(() => DateTime, { nullable: true, description: 'WAITING: when the wait ends, if known.' })
  until?: string;

  @Field(() => JsonValue, { nullable: true, description: 'ENDED: what the function returned.' })
  output?: unknown;
}
