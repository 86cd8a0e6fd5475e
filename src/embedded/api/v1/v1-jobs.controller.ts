import { Controller, Get, Param, UseGuards } from '@nestjs/common';
import { Clock } from '../../../clock/index.js';
import { QueueStore, type QueueItem } from '../../store/queue.store.js';
import { RunStore, type Run } from '../../store/run.store.js';
import { StepStore } from '../../store/step.store.js';
import { TimerStore } from '../../store/timer.store.js';
import { iso } from '../shared/run-views.js';
import { ApiGuard } from '../../access/api.guard.js';
import { malformed, v1Error } from './v1-answer.js';

/** As many as the real server lists. */
const MAX_JOBS = 10;

/** What is due for a run: a call of its app, the end of a sleep, or of a wait. */
export interface V1Job {
  JobID: string;
  /** Not before this moment, ISO. */
  at: string;
  /** How many are before it; always 0 on a server with one queue for each run. */
  position: number;
  kind: 'start' | 'edge' | 'sleep' | 'pause';
  /** From 0. */
  attempt: number;
}

/** What the queue holds for a run: `GET /v1/runs/{id}/jobs`, the next one first. */
@Controller('v1/runs/:id/jobs')
@UseGuards(ApiGuard)
export class V1JobsController {
  constructor(
    private readonly runs: RunStore,
    private readonly queue: QueueStore,
    private readonly steps: StepStore,
    private readonly timers: TimerStore,
    private readonly clock: Clock,
  ) {}

  @Get()
  list(@Param('id') id: string): object {
    const run = this.runs.get(id);
    if (!run) return malformed('run', id) ?? v1Error(500, `Unable to load function run: ${id}`);
    const jobs = [...this.queue.ofRun(id).map((item) => this.callJob(item)), ...this.timedSteps(run)];
    const now = iso(this.clock.now());
    return {
      data: jobs.toSorted((a, b) => a.at.localeCompare(b.at)).slice(0, MAX_JOBS),
      metadata: { fetched_at: now, cached_until: now },
    };
  }

  private callJob({ id, at, kind, attempt }: QueueItem): V1Job {
    return job(id, this.clock.toWall(at), kind === 'start' ? 'start' : 'edge', attempt);
  }

  /** Steps that end by themselves at a moment. */
  private timedSteps(run: Run): V1Job[] {
    return this.steps.ofRun(run.id).flatMap((step) => {
      const at =
        step.status === 'WAITING' ? this.timers.momentOfStep(run.id, step.id, this.clock.setBack) : undefined;
      if (at === undefined) return [];
      return job(step.id, at, step.op === 'SLEEP' ? 'sleep' : 'pause');
    });
  }
}

function job(id: string, at: number, kind: V1Job['kind'], attempt = 0): V1Job {
  return { JobID: id, at: iso(at), position: 0, kind, attempt };
}
