import { Injectable } from '@nestjs/common';
import { Clock } from '../../clock/index.js';
import type { AppFunction } from '../functions/app-function.js';
import { asCondition, compileExpression } from '../expressions/index.js';
import { Ids } from '../store/ids.js';
import { eventForApp } from '../protocol/event.js';
import { CancellationStore, type Cancellation } from '../store/cancellation.store.js';
import { PatientStore } from '../faults/patient-store.js';
import { RunStore } from '../store/run.store.js';
import { RunProgress } from './run-progress.js';

/** Which runs of a function to cancel. Times are in milliseconds since 1970. */
export interface CancellationRequest {
  startedAfter?: number;
  startedBefore: number;
  /** Condition on the `event` of a run. */
  condition?: string;
}

/** Cancels the runs of a function that were queued in a span of time, and remembers that it was asked to. */
@Injectable()
export class RunCancellations {
  constructor(
    private readonly patient: PatientStore,
    private readonly store: CancellationStore,
    private readonly runs: RunStore,
    private readonly progress: RunProgress,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  /** @throws ExpressionSyntaxError */
  async create(
    fn: AppFunction,
    { startedAfter, startedBefore, condition }: CancellationRequest,
  ): Promise<Cancellation> {
    const expression = condition === undefined ? undefined : compileExpression(condition);
    const now = this.clock.now();
    const cancellation = {
      id: this.ids.ulid(),
      functionId: fn.id,
      startedAfter: startedAfter ?? null,
      startedBefore,
      expression: condition ?? null,
      createdAt: now,
    };
    await this.patient.forRequest(() => {
      this.store.insert(cancellation);
      for (const run of this.runs.unfinishedOf(fn.id)) {
        if (run.queuedAt > startedBefore || (startedAfter !== undefined && run.queuedAt < startedAfter))
          continue;
        const event = this.runs.firstEventOf(run.id);
        if (expression && !(event && asCondition(expression.evaluate({ event: eventForApp(event) }, now)))) {
          continue;
        }
        this.progress.cancel(run, `cancelled with others by the cancellation ${cancellation.id}`);
      }
    });
    return cancellation;
  }

  list(): Cancellation[] {
    return this.store.list();
  }

  /** Returns whether there was one. */
  remove(id: string): boolean {
    return this.store.remove(id);
  }
}
