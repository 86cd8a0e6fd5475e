/** Work on many rows, which the server does piece by piece. */
export interface BulkJob {
  id: string;
  /** `cancel-runs`, `apply-configuration`, `resume-function`, `bulk-cancel` or `bulk-replay`. */
  kind: string;
  /** The id of the cancellation or of the function; `runs` for `bulk-cancel` and `bulk-replay`. */
  subject: string;
  /** How many items there were when the job began. */
  total: number;
  /** How many are done. */
  done: number;
  /** In ISO 8601, like all times here. */
  createdAt: string;
  /** Absent until the job ends. */
  endedAt: string | undefined;
  /** When the server set it aside until its next start, because it failed repeatedly. */
  setAsideAt: string | undefined;
  /** The last error, until the job goes on; otherwise what the job left out, or who stopped it. */
  error: string | undefined;
}

/** The answer to a bulk request. */
export interface BulkView {
  /** How many runs match. */
  total: number;
  /** Absent for a `dryRun`. If the runs are few, the job has already ended. */
  job?: BulkJob;
}
