import type { Event, Run } from '../inngest-api.js';
import type { JournalEntry } from '../journal.js';
import type { Sent } from '../load.js';

/** What the campaign knows about a server that it killed. Times are in milliseconds since 1970. */
export interface Life {
  /** When the server was ready; undefined if it was killed before. */
  readyAt: number | undefined;
  killedAt: number;
  /** The steps that were completed at the kill, as `<run> <step>`. */
  completed: ReadonlySet<string>;
  /** The number of journal lines at the kill. */
  journalLength: number;
}

/** Everything that the campaign knows at its end. */
export interface Evidence {
  sent: readonly Sent[];
  events: readonly Event[];
  runs: readonly Run[];
  journal: readonly JournalEntry[];
  lives: readonly Life[];
}
