import { Injectable } from '@nestjs/common';
import type { Op } from '../protocol/ops.js';
import { StepStore } from '../store/step.store.js';
import type { Effect, OpContext, OpHandler } from './op-handler.js';

/**
 * Calls the function again: the app has reached its time limit for one call, and asks for another one to find the next
 * step.
 */
@Injectable()
export class DiscoveryRequest implements OpHandler {
  readonly codes = ['DiscoveryRequest'] as const;

  constructor(private readonly steps: StepStore) {}

  apply(_op: Op, { run, item }: OpContext): Effect {
    const isNew = this.steps.hasEndedAfter(run.id, item.calledAt ?? item.queuedAt);
    return { kind: 'resolved', race: true, ...(!isNew && { isKnown: true as const }) };
  }
}
