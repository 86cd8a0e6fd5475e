/** Work on many rows that is done piece by piece. */
export interface BulkJob {
  id: string;
  /** `cancel-runs`, `apply-configuration`, `resume-function`, `bulk-cancel` or `bulk-replay`. */
  kind: string;
  /** The id of the cancellation, or of the function; `runs` for the bulk kinds. */
  subject: string;
  /** How many items there were at first. */
  total: number;
  /** How many are done. */
  done: number;
  /** ISO, like all times. */
  createdAt: string;
  /** Absent while there is more to do. */
  endedAt: string | undefined;
  /** Since when it waits for the next start of the server, because it kept failing. */
  setAsideAt: string | undefined;
  /** The last error of this server with it, until it goes on; otherwise what it left out, or who stopped it. */
  error: string | undefined;
}

/** What a bulk request answers. */
export interface BulkView {
  /** How many runs it concerns. */
  total: number;
  /** Absent when it was only asked how many there are. Few runs are done at once. */
  job?: BulkJob;
}
