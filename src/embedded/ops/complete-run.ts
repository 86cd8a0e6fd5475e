import { Injectable } from '@nestjs/common';
import type { Op } from '../protocol/ops.js';
import { RunProgress } from '../runs/run-progress.js';
import type { Effect, OpContext, OpHandler } from './op-handler.js';

/** Completes the run: the function returned in a call that checkpointed its steps. */
@Injectable()
export class CompleteRun implements OpHandler {
  readonly codes = ['RunComplete'] as const;

  constructor(private readonly progress: RunProgress) {}

  apply(op: Op, { run }: OpContext): Effect {
    this.progress.complete(run, op.data ?? null);
    return { kind: 'ended' };
  }
}
