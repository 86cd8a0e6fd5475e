/** The server's virtual clock. */
export interface ClockView {
  kind: 'virtual';
  /** What it shows, in ISO 8601. */
  now: string;
  /** By how much it is ahead of the machine's, in milliseconds. */
  aheadMs: number;
  /** What keeps it from being moved now: calls under way, open requests. Empty when nothing does. */
  heldBy: string[];
  /** When the next sleep, retry, timeout, cron tick or the like is due, in ISO 8601; null when nothing is. */
  nextDue: string | null;
}

/** What became of a move. */
export interface MovedClock extends ClockView {
  /** By how much this request moved the clock, in milliseconds. 0 for "next" when nothing is due. */
  movedByMs: number;
}
