/** An item that this server kept failing with. It is tried again at the next start. */
export interface SetAsideView {
  /** A call to an app, a timer, or an event that could not be delivered. */
  kind: 'call' | 'timer' | 'event' | 'job';
  id: string;
  /** The run that it belongs to, if any. */
  runId?: string;
  error: string;
  /** In ISO 8601. */
  at: string;
}

/** What `/health` answers. */
export interface Health {
  status: 200;
  message: 'OK';
  /** Absent if nothing is set aside. */
  setAside?: { count: number; items?: SetAsideView[] };
}
