import { Controller, Get, HttpCode, Param, Post, Query, UseGuards } from '@nestjs/common';
import { FunctionRegistry } from '../../apps/function-registry.js';
import { isUlid } from '../../ids.js';
import { RunStore, type Run, type RunFilter, type RunStatus } from '../../store/run.store.js';
import { RunCommands } from '../run-commands.js';
import { RunViews } from '../run-views.js';
import { SigningKeyGuard } from '../signing-key.guard.js';
import { wholeNumber } from '../whole-number.js';
import { RunTrace } from './run-trace.js';
import { isTrue, mustBeUlid, V2Answers, V2Exception } from './v2-answer.js';

const STATUSES: readonly RunStatus[] = ['QUEUED', 'RUNNING', 'COMPLETED', 'FAILED', 'CANCELLED'];
const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 100;

interface RunQuery {
  limit?: string;
  cursor?: string;
  status?: string | string[];
  includeOutput?: string;
}

@Controller('api/v2')
@UseGuards(SigningKeyGuard)
export class V2RunsController {
  constructor(
    private readonly runs: RunStore,
    private readonly functions: FunctionRegistry,
    private readonly views: RunViews,
    private readonly traces: RunTrace,
    private readonly commands: RunCommands,
    private readonly answers: V2Answers,
  ) {}

  @Get('runs')
  list(@Query() query: RunQuery): object {
    return this.page(query, {});
  }

  @Get('apps/:app/functions/:fn/runs')
  ofFunction(@Param('app') app: string, @Param('fn') fn: string, @Query() query: RunQuery): object {
    const found = this.functions.bySlug(`${app}-${fn}`);
    if (!found) throw new V2Exception(404, 'not_found', 'Function not found');
    return this.page(query, { functionIds: [found.id] });
  }

  /** As measured: an unknown event is answered like one without runs, 200 without data. */
  @Get('events/:id/runs')
  ofEvent(@Param('id') id: string, @Query() { includeOutput, limit }: RunQuery): object {
    mustBeUlid(id, 'event');
    const found = this.runs.ofEvent(id).map((run) => this.views.of(run, isTrue(includeOutput)));
    return this.answers.wrap(found.length > 0 ? found : undefined, { limit: limitOf(limit) });
  }

  @Get('runs/:id')
  one(@Param('id') id: string, @Query('includeOutput') includeOutput?: string): object {
    return this.answers.wrap(this.views.of(this.answers.run(id), isTrue(includeOutput)));
  }

  @Get('runs/:id/trace')
  trace(@Param('id') id: string, @Query('includeOutput') includeOutput?: string): object {
    const run = this.answers.run(id);
    return this.answers.wrap({ rootSpan: this.traces.of(run, isTrue(includeOutput)), runId: run.id });
  }

  @Post('runs/:id/cancel')
  @HttpCode(200)
  cancel(@Param('id') id: string): object {
    const run = this.answers.run(id);
    this.commands.cancel(run);
    return this.answers.wrap({ runId: run.id });
  }

  @Post('runs/:id/rerun')
  @HttpCode(200)
  rerun(@Param('id') id: string): object {
    const again = this.commands.replay(this.answers.run(id));
    if (!again)
      throw new V2Exception(409, 'not_registered', "The run's function is not registered any more.");
    return this.answers.wrap({ runId: again.id });
  }

  private page(query: RunQuery, filter: Partial<RunFilter>): object {
    const limit = limitOf(query.limit);
    const status = statusesOf(query.status);
    if (query.cursor !== undefined && !isUlid(query.cursor)) {
      throw new V2Exception(400, 'invalid_request', `Invalid cursor: ${query.cursor}`);
    }
    const found = this.runs.list({
      ...filter,
      ...(status && { status }),
      ...(query.cursor && { before: query.cursor }),
      limit: limit + 1,
    });
    const shown: Run[] = found.slice(0, limit);
    const hasMore = found.length > limit;
    return this.answers.wrap(
      shown.map((run) => this.views.of(run, isTrue(query.includeOutput))),
      { ...(hasMore && { cursor: shown.at(-1)?.id, hasMore }), limit },
    );
  }
}

function limitOf(limit: string | undefined): number {
  return wholeNumber(limit, 'limit', { from: 1, to: MAX_LIMIT, otherwise: DEFAULT_LIMIT });
}

function statusesOf(query: string | string[] | undefined): RunStatus[] | undefined {
  if (query === undefined || query === '') return undefined;
  const names = (Array.isArray(query) ? query : query.split(',')).map((name) => name.toUpperCase());
  const unknown = names.find((name) => !(STATUSES as readonly string[]).includes(name));
  if (unknown !== undefined) {
    throw new V2Exception(
      400,
      'invalid_request',
      `Unknown status "${unknown}"; one of ${STATUSES.join(', ')}.`,
    );
  }
  return names as RunStatus[];
}
