import { Controller, Delete, Get, Param } from '@nestjs/common';
import { AllowedFor } from '../../access/access.guard.js';
import { JobStore } from '../../store/job.store.js';
import { V2Exception } from '../shared/v2.exception.js';
import type { Answer } from './answer-types/envelope.js';
import type { BulkJob } from './answer-types/job.js';
import { jobView } from './job-view.js';
import { RunBulk } from './run-bulk.js';
import { V2Answers } from './v2-answer.js';

const MAX_JOBS = 100;

/** Shows the jobs and their progress, and stops them. Only this server has it. */
@Controller('api/v2/jobs')
@AllowedFor('users')
export class V2JobsController {
  constructor(
    private readonly jobs: JobStore,
    private readonly bulk: RunBulk,
    private readonly answers: V2Answers,
  ) {}

  /** Lists the newest jobs, newest first. */
  @Get()
  list(): Answer<BulkJob[]> {
    return this.answers.wrap(this.jobs.list(MAX_JOBS).map(jobView));
  }

  @Get(':id')
  one(@Param('id') id: string): Answer<BulkJob> {
    const job = this.jobs.get(id);
    if (!job) throw new V2Exception(404, 'not_found', 'Job not found');
    return this.answers.wrap(jobView(job));
  }

  /** Stops a job that cancels or replays runs. The runs that it has handled stay as they are. */
  @Delete(':id')
  async stop(@Param('id') id: string): Promise<Answer<BulkJob>> {
    const known = this.jobs.get(id);
    if (!known) throw new V2Exception(404, 'not_found', 'Job not found');
    const job = await this.bulk.stop(id);
    if (!job)
      throw new V2Exception(409, 'not_stoppable', `Jobs of the kind "${known.kind}" cannot be stopped.`);
    return this.answers.wrap(jobView(job));
  }
}
