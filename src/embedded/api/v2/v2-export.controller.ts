import { once } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Controller, Get, Header, Param, Query, Res } from '@nestjs/common';
import type { Response } from 'express';
import { Clock } from '../../../clock/index.js';
import { FunctionRegistry } from '../../functions/function-registry.js';
import { AllowedFor } from '../../access/access.guard.js';
import { Takes } from '../shared/known-parameters.js';
import { iso } from '../shared/run-views.js';
import type { ExportedRun, RunFixture } from './answer-types/export.js';
import { RunExport } from './run-export.js';
import { EXPORT_QUERY, MAX_LIMIT, parseRunQuery, type RunQuery } from './run-query.js';
import { RunSearch, type FoundRuns } from './run-search.js';
import { V2Answers } from './v2-answer.js';

/** Exports runs as files. Only this server has it. Its answers are not in the form of the v2 API. */
@Controller('api/v2/runs')
@AllowedFor('users')
export class V2ExportController {
  constructor(
    private readonly search: RunSearch,
    private readonly functions: FunctionRegistry,
    private readonly exported: RunExport,
    private readonly answers: V2Answers,
    private readonly clock: Clock,
  ) {}

  /** Exports all runs that match a filter as `{exportedAt, runs: [...]}`. It writes them while it reads them. */
  @Get('export')
  @Takes({ query: EXPORT_QUERY })
  async list(@Query() query: RunQuery, @Res() response: Response): Promise<void> {
    const now = this.clock.now();
    const asked = { ...parseRunQuery(query, this.functions, now), limit: MAX_LIMIT };
    // Before the first byte, so that an error in the filter can still be answered.
    let found: FoundRuns = await this.search.page(asked);
    response.setHeader('content-type', 'application/json; charset=utf-8');
    response.setHeader('content-disposition', 'attachment; filename="runs.json"');
    response.write(`{"exportedAt":${JSON.stringify(iso(now))},"runs":[`);
    let separator = '\n';
    for (;;) {
      for (const run of found.runs) {
        const hasRoom = response.write(separator + JSON.stringify(this.exported.of(run)));
        separator = ',\n';
        if (!hasRoom && !response.destroyed) await Promise.race([once(response, 'drain'), closed(response)]);
        // Other work runs in the next turn. Then the client may have closed the connection.
        await nextTurn();
        if (response.destroyed) return;
      }
      if (!found.next) break;
      found = await this.search.page({ ...asked, after: found.next });
    }
    response.end(']}\n');
  }

  @Get(':id/export')
  @Header('content-disposition', 'attachment; filename="run.json"')
  one(@Param('id') id: string): ExportedRun {
    return this.exported.of(this.answers.run(id));
  }

  /** The argument for the test server's `replay`. */
  @Get(':id/fixture')
  @Header('content-disposition', 'attachment; filename="fixture.json"')
  fixture(@Param('id') id: string): RunFixture {
    return this.exported.fixtureOf(this.answers.run(id));
  }
}

async function closed(response: Response): Promise<void> {
  await once(response, 'close');
}
