import { Controller, Delete, Get, HttpCode, HttpException, Param } from '@nestjs/common';
import { Clock } from '../../../clock/index.js';
import { RunStore } from '../../store/run.store.js';
import { RunCommands } from '../shared/run-commands.js';
import { iso } from '../shared/run-views.js';
import { AllowedFor } from '../../access/access.guard.js';
import { malformed, v1Error } from './v1-answer.js';
import { v1Run } from './v1-run.js';

@Controller('v1/runs')
@AllowedFor('users')
export class V1RunsController {
  constructor(
    private readonly runs: RunStore,
    private readonly commands: RunCommands,
    private readonly clock: Clock,
  ) {}

  @Get(':id')
  one(@Param('id') id: string): object {
    const run = this.runs.get(id);
    if (!run) return malformed('run', id) ?? v1Error(500, `Unable to load function run: ${id}`);
    const now = iso(this.clock.now());
    return {
      data: v1Run(run, this.runs.eventIdsOf(id)[0] ?? ''),
      metadata: { fetched_at: now, cached_until: now },
    };
  }

  /** Cancels a run. For a run that has ended it does nothing, and that is no error. */
  @Delete(':id')
  @HttpCode(200)
  async cancel(@Param('id') id: string): Promise<void> {
    const run = this.runs.get(id);
    if (!run)
      throw new HttpException(
        malformed('run', id) ?? v1Error(404, `Unable to load function run: ${id}`),
        404,
      );
    await this.commands.cancel(run);
  }
}
