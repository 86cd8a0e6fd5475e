import type { Job } from '../../store/job.store.js';
import { iso, isoIfKnown } from '../shared/run-views.js';
import type { BulkJob } from './answer-types/job.js';

/** A job as the API shows it. */
export function jobView({
  id,
  kind,
  subject,
  total,
  done,
  createdAt,
  endedAt,
  setAsideAt,
  error,
  note,
}: Job): BulkJob {
  return {
    id,
    kind,
    subject,
    total,
    done,
    createdAt: iso(createdAt),
    endedAt: isoIfKnown(endedAt),
    setAsideAt: isoIfKnown(setAsideAt),
    error: error ?? note ?? undefined,
  };
}
