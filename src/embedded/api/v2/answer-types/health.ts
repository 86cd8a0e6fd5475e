/** An item with which this server failed repeatedly. It tries again at its next start. */
export interface SetAsideView {
  /** A call to an app, a timer, an event that could not be delivered, or a job. */
  kind: 'call' | 'timer' | 'event' | 'job';
  id: string;
  /** The run that it belongs to, if any. */
  runId?: string;
  error: string;
  /** In ISO 8601. */
  at: string;
}

/** The answer of `/health`. */
export interface Health {
  status: 200;
  message: 'OK';
  /** Absent if nothing is set aside. */
  setAside?: { count: number; items?: SetAsideView[] };
}
