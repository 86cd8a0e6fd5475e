import { Controller, Get, HttpCode, Param, Post, Query, UseGuards } from '@nestjs/common';
import { Clock } from '../../../clock/index.js';
import { FunctionRegistry } from '../../functions/function-registry.js';
import { RunListStore, type RunFilter } from '../../store/run-list.store.js';
import { RunStore } from '../../store/run.store.js';
import { RunCommands } from '../shared/run-commands.js';
import { RunViews } from '../shared/run-views.js';
import { SigningKeyGuard } from '../../access/signing-key.guard.js';
import type { Answer, Page } from './answer-types/envelope.js';
import type { RunReference, RunView } from './answer-types/run.js';
import type { Trace } from './answer-types/trace.js';
import { cursorFor, limitOf, parseRunQuery, type RunQuery } from './run-query.js';
import { RunSearch } from './run-search.js';
import { RunTrace } from './run-trace.js';
import { isTrue, mustBeUlid, V2Answers, V2Exception } from './v2-answer.js';

@Controller('api/v2')
@UseGuards(SigningKeyGuard)
export class V2RunsController {
  constructor(
    private readonly runs: RunStore,
    private readonly listed: RunListStore,
    private readonly search: RunSearch,
    private readonly functions: FunctionRegistry,
    private readonly views: RunViews,
    private readonly traces: RunTrace,
    private readonly commands: RunCommands,
    private readonly answers: V2Answers,
    private readonly clock: Clock,
  ) {}

  @Get('runs')
  list(@Query() query: RunQuery): Promise<Page<RunView>> {
    return this.page(query, {});
  }

  @Get('apps/:app/functions/:fn/runs')
  ofFunction(
    @Param('app') app: string,
    @Param('fn') fn: string,
    @Query() query: RunQuery,
  ): Promise<Page<RunView>> {
    const found = this.functions.bySlug(`${app}-${fn}`);
    if (!found) throw new V2Exception(404, 'not_found', 'Function not found');
    return this.page(query, { functionIds: [found.id] });
  }

  /** As measured: an unknown event is answered like one without runs, 200 without data. */
  @Get('events/:id/runs')
  ofEvent(
    @Param('id') id: string,
    @Query() { includeOutput, limit }: RunQuery,
  ): Answer<RunView[] | undefined> {
    mustBeUlid(id, 'event');
    const found = this.runs.ofEvent(id).map((run) => this.views.of(run, isTrue(includeOutput)));
    return this.answers.wrap(found.length > 0 ? found : undefined, { limit: limitOf(limit) });
  }

  @Get('runs/:id')
  one(@Param('id') id: string, @Query('includeOutput') includeOutput?: string): Answer<RunView> {
    return this.answers.wrap(this.views.of(this.answers.run(id), isTrue(includeOutput)));
  }

  @Get('runs/:id/trace')
  trace(@Param('id') id: string, @Query('includeOutput') includeOutput?: string): Answer<Trace> {
    const run = this.answers.run(id);
    return this.answers.wrap({
      rootSpan: this.traces.of(run, isTrue(includeOutput)),
      runId: run.id,
      pendingCalls: this.traces.pendingCalls(run),
    });
  }

  @Post('runs/:id/cancel')
  @HttpCode(200)
  async cancel(@Param('id') id: string): Promise<Answer<RunReference>> {
    const run = this.answers.run(id);
    await this.commands.cancel(run);
    return this.answers.wrap({ runId: run.id });
  }

  @Post('runs/:id/rerun')
  @HttpCode(200)
  async rerun(@Param('id') id: string): Promise<Answer<RunReference>> {
    const again = await this.commands.replay(this.answers.run(id));
    if (!again)
      throw new V2Exception(409, 'not_registered', "The run's function is not registered any more.");
    return this.answers.wrap({ runId: again.id });
  }

  private async page(query: RunQuery, narrowed: RunFilter): Promise<Page<RunView>> {
    const asked = parseRunQuery(query, this.functions, this.clock.now());
    const filter = { ...asked.filter, ...narrowed };
    const { runs, next } = await this.search.page({ ...asked, filter });
    const { limit, order, expression } = asked;
    return this.answers.wrap(
      runs.map((run) => this.views.of(run, isTrue(query.includeOutput))),
      {
        cursor: next && cursorFor(order, next),
        hasMore: next && true,
        limit,
        // How many an expression finds is known only after a look at every event.
        total: isTrue(query.includeTotal) && !expression ? this.listed.count(filter) : undefined,
      },
    );
  }
}
