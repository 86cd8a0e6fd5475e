/** The kinds of jobs, as they are stored. */
export const JobKind = {
  /** Cancels the runs that a cancellation names. Its subject is the cancellation. */
  CancelRuns: 'cancel-runs',
  /** Brings the unfinished runs of a function, the subject, under its new configuration. */
  ApplyConfiguration: 'apply-configuration',
  /** Sets going what a pause of a function, the subject, has held back. */
  ResumeFunction: 'resume-function',
  /** Cancels the runs that a filter finds. */
  BulkCancel: 'bulk-cancel',
  /** Replays the runs that a filter finds. */
  BulkReplay: 'bulk-replay',
} as const;
