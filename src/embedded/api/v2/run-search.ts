import { setImmediate as nextTurn } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { type Expression, SharedBudget, TooCostlyError } from '../../expressions/index.js';
import { RunListStore, type RunPosition } from '../../store/run-list.store.js';
import type { Run } from '../../store/run.store.js';
import { Turn } from '../../../common/turn.js';
import { RunMatcher } from './run-matcher.js';
import type { RunListRequest } from './run-query.js';
import { V2Exception } from '../shared/v2.exception.js';

/** How many runs one request looks at for those that an expression wants; the next one goes on from there. */
const MAX_LOOKED_AT = 2_000;
const LOOK_AT_ONCE = 200;

export interface FoundRuns {
  runs: Run[];
  /** Where the next page goes on, when there may be more. */
  next?: RunPosition;
}

/** Finds the runs of a list; an expression is held against each run's events and its output. */
@Injectable()
export class RunSearch {
  constructor(
    private readonly listed: RunListStore,
    private readonly matcher: RunMatcher,
  ) {}

  /** @throws V2Exception 400 when the expression costs too much */
  async page({ filter, order, after, limit, expression }: RunListRequest): Promise<FoundRuns> {
    if (expression) return this.matching(expression, { filter, order, after, limit });
    const found = this.listed.page(filter, order, after, limit + 1);
    const shown = found.slice(0, limit);
    const last = shown.at(-1);
    return {
      runs: shown.map(({ run }) => run),
      ...(found.length > limit && last && { next: last.position }),
    };
  }

  /**
   * May find fewer than there is room for, also none, although there are more. The process does other work between two
   * turns; all evaluations of the request share one budget.
   */
  private async matching(
    expression: Expression,
    { filter, order, after, limit }: Omit<RunListRequest, 'expression'>,
  ): Promise<FoundRuns> {
    const budget = new SharedBudget();
    const runs: Run[] = [];
    let turn = new Turn();
    let position = after;
    for (let lookedAt = 0; lookedAt < MAX_LOOKED_AT; lookedAt += LOOK_AT_ONCE) {
      const candidates = this.listed.page(filter, order, position, LOOK_AT_ONCE);
      for (const candidate of candidates) {
        if (this.matches(expression, candidate.run, budget)) runs.push(candidate.run);
        position = candidate.position;
        if (runs.length === limit) return { runs, next: position };
        if (turn.isOver) {
          await nextTurn();
          turn = new Turn();
        }
      }
      if (candidates.length < LOOK_AT_ONCE) return { runs };
    }
    return { runs, ...(position && { next: position }) };
  }

  private matches(expression: Expression, run: Run, budget: SharedBudget): boolean {
    try {
      return this.matcher.matches(expression, run, budget);
    } catch (error) {
      if (!(error instanceof TooCostlyError)) throw error;
      throw new V2Exception(
        400,
        'search_too_costly',
        `"search" was stopped at the run ${run.id}: ${error.message}. Narrow the list ("function", "status", "from", ` +
          '"until"), or write a cheaper expression.',
      );
    }
  }
}
