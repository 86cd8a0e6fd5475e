import { setImmediate as nextTurn } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { type Expression, SharedBudget, TooCostlyError } from '../../expressions/index.js';
import { RunListStore, type RunPosition } from '../../store/run-list.store.js';
import type { Run } from '../../store/run.store.js';
import { Turn } from '../../../common/turn.js';
import { RunMatcher } from './run-matcher.js';
import type { RunListRequest } from './run-query.js';
import { V2Exception } from '../shared/v2.exception.js';

/** How many runs one request checks against an expression. The next page continues after them. */
const MAX_CHECKED = 2_000;
const READ_AT_ONCE = 200;

export interface FoundRuns {
  runs: Run[];
  /** Where the next page continues; absent after the last page. */
  next?: RunPosition;
}

/** Finds the runs of a list, if asked with an expression that their events and output must fulfil. */
@Injectable()
export class RunSearch {
  constructor(
    private readonly listed: RunListStore,
    private readonly matcher: RunMatcher,
  ) {}

  /** Finds one page. @throws V2Exception 400 when the expression costs too much */
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
   * Finds one page of the runs that fulfil an expression. The page may be short or empty although a next one follows. The
   * search takes several turns, between which the process does other work. All evaluations share one budget.
   */
  private async matching(
    expression: Expression,
    { filter, order, after, limit }: Omit<RunListRequest, 'expression'>,
  ): Promise<FoundRuns> {
    const budget = new SharedBudget();
    const runs: Run[] = [];
    let turn = new Turn();
    let position = after;
    for (let checked = 0; checked < MAX_CHECKED; checked += READ_AT_ONCE) {
      const candidates = this.listed.page(filter, order, position, READ_AT_ONCE);
      for (const candidate of candidates) {
        if (this.matches(expression, candidate.run, budget)) runs.push(candidate.run);
        position = candidate.position;
        if (runs.length === limit) return { runs, next: position };
        if (turn.isOver) {
          await nextTurn();
          turn = new Turn();
        }
      }
      if (candidates.length < READ_AT_ONCE) return { runs };
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
        `"search" stopped at the run ${run.id}: ${error.message}. Narrow the list ("function", "status", "from", ` +
          '"until"), or write a cheaper expression.',
      );
    }
  }
}
