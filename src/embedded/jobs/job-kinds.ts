/** The kinds of jobs, as the store holds them. The subject is the id of what a job works on. */
export const JobKind = {
  /** Cancels the runs that match a cancellation, the subject. */
  CancelRuns: 'cancel-runs',
  /** Applies the new configuration of a function, the subject, to its runs that have not ended. */
  ApplyConfiguration: 'apply-configuration',
  /** Starts what the pause of a function, the subject, has held back. */
  ResumeFunction: 'resume-function',
  /** Cancels the runs that match a filter. */
  BulkCancel: 'bulk-cancel',
  /** Replays the runs that match a filter. */
  BulkReplay: 'bulk-replay',
} as const;
