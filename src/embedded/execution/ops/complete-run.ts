import { Injectable } from '@nestjs/common';
import type { RunCompleteOp } from '../../protocol/ops.js';
import { RunProgress } from '../run-progress.js';
import type { Effect, OpContext, OpHandler } from './op-handler.js';

/** The function returned, in a call that checkpointed its steps. */
@Injectable()
export class CompleteRun implements OpHandler<RunCompleteOp> {
  readonly codes = ['RunComplete'] as const;

  constructor(private readonly progress: RunProgress) {}

  apply(op: RunCompleteOp, { run }: OpContext): Effect {
    this.progress.complete(run, op.data);
    return { kind: 'ended' };
  }
}
