import { Controller, Get, HttpException, Param } from '@nestjs/common';
import { eventForApp } from '../protocol/event.js';
import { RunStore } from '../store/run.store.js';
import { StepStore } from '../store/step.store.js';
import { AllowedFor } from '../access/access.guard.js';

/** Apps fetch the events and step results here if they are too large for a call (`use_api`). */
@Controller('v0/runs/:runId')
@AllowedFor('apps')
export class RunStateController {
  constructor(
    private readonly runs: RunStore,
    private readonly steps: StepStore,
  ) {}

  @Get('actions')
  actions(@Param('runId') runId: string): Record<string, unknown> {
    this.assertExists(runId);
    return Object.fromEntries(
      this.steps.state(runId).map(({ id, memo }) => [id, JSON.parse(memo) as unknown]),
    );
  }

  @Get('batch')
  batch(@Param('runId') runId: string): object[] {
    this.assertExists(runId);
    return this.runs.eventsOf(runId).map(eventForApp);
  }

  private assertExists(runId: string): void {
    if (!this.runs.get(runId)) throw new HttpException({ error: `No run ${runId}`, status: 404 }, 404);
  }
}
