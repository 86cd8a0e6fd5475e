import { Controller, Get, UseGuards } from '@nestjs/common';
import { ApiGuard } from '../../access/api.guard.js';
import { JobStore, type Job } from '../../store/job.store.js';
import { iso, isoIfKnown } from '../shared/run-views.js';
import type { Answer } from './answer-types/envelope.js';
import type { BulkJob } from './answer-types/job.js';
import { V2Answers } from './v2-answer.js';

const MAX_JOBS = 100;

/** Bulk work and how far it has come. Only this server has it. */
@Controller('api/v2/jobs')
@UseGuards(ApiGuard)
export class V2JobsController {
  constructor(
    private readonly jobs: JobStore,
    private readonly answers: V2Answers,
  ) {}

  /** The last ones, newest first. */
  @Get()
  list(): Answer<BulkJob[]> {
    return this.answers.wrap(this.jobs.list(MAX_JOBS).map(view));
  }
}

function view({ id, kind, subject, total, done, createdAt, endedAt, setAsideAt, error }: Job): BulkJob {
  return {
    id,
    kind,
    subject,
    total,
    done,
    createdAt: iso(createdAt),
    endedAt: isoIfKnown(endedAt),
    setAsideAt: isoIfKnown(setAsideAt),
    error: error ?? undefined,
  };
}
