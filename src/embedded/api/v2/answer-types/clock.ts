/** The server's virtual clock. */
export interface ClockView {
  kind: 'virtual';
  /** Its time, in ISO 8601. */
  now: string;
  /** How far it is ahead of the machine's clock, in milliseconds. */
  aheadMs: number;
  /** What holds the clock, so that it cannot be moved now: calls under way, open requests. Empty if it can be moved. */
  heldBy: string[];
  /** When the next sleep, retry, timeout, cron tick or the like is due, in ISO 8601; null if nothing is due. */
  nextDue: string | null;
}

/** The result of a move. */
export interface MovedClock extends ClockView {
  /** By how much this request moved the clock, in milliseconds. 0 if it asked for "next" and nothing is due. */
  movedByMs: number;
}
