import { Controller, Get, Param } from '@nestjs/common';
import { Clock } from '../../../clock/index.js';
import { QueueStore, type QueueItem } from '../../store/queue.store.js';
import { RunStore, type Run } from '../../store/run.store.js';
import { StepStore } from '../../store/step.store.js';
import { TimerStore } from '../../store/timer.store.js';
import { iso } from '../shared/run-views.js';
import { AllowedFor } from '../../access/access.guard.js';
import { malformed, v1Error } from './v1-answer.js';

/** The largest number of jobs in an answer, as on the real server. */
const MAX_JOBS = 10;

/** What is queued for a run: a call to its app, or the end of a sleep or a wait. */
export interface V1Job {
  JobID: string;
  /** The earliest time, in ISO 8601. */
  at: string;
  /** How many jobs are before it. Always 0, because this server has a queue for each run. */
  position: number;
  kind: 'start' | 'edge' | 'sleep' | 'pause';
  /** Counted from 0. */
  attempt: number;
}

/** Lists the jobs of a run, the next one first: `GET /v1/runs/{id}/jobs`. */
@Controller('v1/runs/:id/jobs')
@AllowedFor('users')
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

  /** The steps that end at a known time: sleeps, and waits with a timeout. */
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
