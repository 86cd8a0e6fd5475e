import { Injectable } from '@nestjs/common';
import { Clock } from '../../../clock/index.js';
import { asCondition, type Expression, type SharedBudget } from '../../expressions/index.js';
import { eventForApp } from '../../protocol/event.js';
import { RunStore, type Run } from '../../store/run.store.js';
import { readStored } from '../../store/stored-json.js';

/** Evaluates the expression of a search for a run. */
@Injectable()
export class RunMatcher {
  constructor(
    private readonly runs: RunStore,
    private readonly clock: Clock,
  ) {}

  /**
   * Whether the expression is true for the run's output together with any of its events. A batch has several events.
   *
   * @throws TooCostlyError
   */
  matches(expression: Expression, run: Run, budget: SharedBudget): boolean {
    const output = run.output === null ? null : readStored(run.output);
    return this.runs.eventsOf(run.id).some((event) => {
      const variables = { event: eventForApp(event), output };
      return asCondition(expression.evaluate(variables, this.clock.now(), budget.forItem()));
    });
  }
}
