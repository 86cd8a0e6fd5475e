import type { Event, Run } from '../inngest-api.js';
import type { JournalEntry } from '../journal.js';
import type { Sent } from '../load.js';

/** A server that was killed, as far as it is known from outside. Times are in milliseconds since 1970. */
export interface Life {
  /** When it was ready; undefined when it was killed before. */
  readyAt: number | undefined;
  killedAt: number;
  /** Steps that were done then, as `<run> <step>`. */
  completed: ReadonlySet<string>;
  /** How many lines the journal had then. */
  journalLength: number;
}

/** Everything that is known when all has come to an end. */
export interface Evidence {
  sent: readonly Sent[];
  events: readonly Event[];
  runs: readonly Run[];
  journal: readonly JournalEntry[];
  lives: readonly Life[];
}
