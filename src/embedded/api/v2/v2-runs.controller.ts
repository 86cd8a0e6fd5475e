import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { Clock } from '../../../clock/index.js';
import { FunctionRegistry } from '../../functions/function-registry.js';
import { RunListStore, type RunFilter } from '../../store/run-list.store.js';
import { RunStore } from '../../store/run.store.js';
import { RunViews } from '../shared/run-views.js';
import { AllowedFor } from '../../access/access.guard.js';
import type { Answer, Page } from './answer-types/envelope.js';
import type { RunReference, RunView } from './answer-types/run.js';
import type { Trace } from './answer-types/trace.js';
import { pageOf } from './pages.js';
import { Takes } from '../shared/known-parameters.js';
import {
  cursorFor,
  FUNCTION_RUNS_QUERY,
  limitOf,
  parseRunQuery,
  RUNS_QUERY,
  type RunQuery,
} from './run-query.js';
import { RunRequests } from './run-requests.js';
import { RunSearch } from './run-search.js';
import { RunTrace } from './run-trace.js';
import { V2Exception } from '../shared/v2.exception.js';
import { booleanOf, assertUlid, V2Answers } from './v2-answer.js';

/** The largest number of runs on a page of an event's runs, as on the real server. */
const MAX_RUNS_OF_EVENT = 40;

@Controller('api/v2')
@AllowedFor('users')
export class V2RunsController {
  constructor(
    private readonly runs: RunStore,
    private readonly lists: RunListStore,
    private readonly search: RunSearch,
    private readonly functions: FunctionRegistry,
    private readonly views: RunViews,
    private readonly traces: RunTrace,
    private readonly requests: RunRequests,
    private readonly answers: V2Answers,
    private readonly clock: Clock,
  ) {}

  @Get('runs')
  @Takes({ query: RUNS_QUERY })
  list(@Query() query: RunQuery): Promise<Page<RunView>> {
    return this.page(query, {});
  }

  @Get('apps/:app/functions/:fn/runs')
  @Takes({ query: FUNCTION_RUNS_QUERY })
  ofFunction(
    @Param('app') app: string,
    @Param('fn') fn: string,
    @Query() query: RunQuery,
  ): Promise<Page<RunView>> {
    const found = this.functions.bySlug(`${app}-${fn}`);
    if (!found) throw new V2Exception(404, 'not_found', 'Function not found');
    return this.page(query, { functionIds: [found.id] });
  }

  /** Measured on Inngest 1.43: the answer for an unknown event is that for an event without runs, 200 without `data`. */
  @Get('events/:id/runs')
  @Takes({ query: ['includeOutput', 'limit', 'cursor'] })
  ofEvent(@Param('id') id: string, @Query() query: RunQuery): Answer<RunView[] | undefined> {
    assertUlid(id, 'event');
    const limit = limitOf(query.limit, MAX_RUNS_OF_EVENT);
    const { items, page } = pageOf(this.runs.ofEvent(id), query.cursor, limit);
    const withOutput = includes(query.includeOutput);
    const shown = items.map((run) => this.views.listed(run, withOutput));
    return this.answers.wrap(shown.length > 0 ? shown : undefined, page);
  }

  @Get('runs/:id')
  @Takes({ query: ['includeOutput'] })
  one(@Param('id') id: string, @Query('includeOutput') includeOutput?: string): Answer<RunView> {
    return this.answers.wrap(this.views.of(this.answers.run(id), includes(includeOutput)));
  }

  @Get('runs/:id/trace')
  @Takes({ query: ['includeOutput'] })
  trace(@Param('id') id: string, @Query('includeOutput') includeOutput?: string): Answer<Trace> {
    const run = this.answers.run(id);
    return this.answers.wrap({
      rootSpan: this.traces.of(run, includes(includeOutput)),
      runId: run.id,
      pendingCalls: this.traces.pendingCalls(run),
    });
  }

  @Post('runs/:id/cancel')
  @HttpCode(200)
  async cancel(@Param('id') id: string): Promise<Answer<RunReference>> {
    const run = await this.requests.cancel(id);
    return this.answers.wrap({ runId: run.id });
  }

  /** With `{fromStep: {stepId, input?}}`, the new run takes over the results of the steps before that step. */
  @Post('runs/:id/rerun')
  @HttpCode(200)
  @Takes({ body: ['fromStep'] })
  async rerun(@Param('id') id: string, @Body() body: unknown): Promise<Answer<RunReference>> {
    const again = await this.requests.rerun(id, body);
    return this.answers.wrap({ runId: again.id });
  }

  private async page(query: RunQuery, narrowed: RunFilter): Promise<Page<RunView>> {
    const asked = parseRunQuery(query, this.functions, this.clock.now());
    const filter = { ...asked.filter, ...narrowed };
    const { runs, next } = await this.search.page({ ...asked, filter });
    const { limit, order, expression } = asked;
    const withOutput = includes(query.includeOutput);
    const withTotal = booleanOf(query.includeTotal, 'includeTotal') ?? false;
    return this.answers.wrap(
      runs.map((run) => this.views.listed(run, withOutput)),
      {
        cursor: next && cursorFor(order, next),
        hasMore: next && true,
        limit,
        // Counting the runs that fulfil an expression would mean reading every one.
        total: withTotal && !expression ? this.lists.count(filter) : undefined,
      },
    );
  }
}

function includes(includeOutput: string | undefined): boolean {
  return booleanOf(includeOutput, 'includeOutput') ?? false;
}
