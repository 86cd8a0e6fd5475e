import type { Disturbances } from './disturbances.js';
import type { Findings } from './findings/judge.js';

/** What came of a campaign. */
export interface Outcome {
  findings: Findings;
  durationMs: number;
  kills: number;
  /** Calls to apps that were under way at each kill of a server that had been ready. */
  underWay: number[];
  /** From the start of each process to the registration of its functions, in milliseconds. */
  restartsMs: number[];
  /** Locks of the file by another process, and suspensions of the server. */
  disturbances: Pick<Disturbances, 'locks' | 'suspensions' | 'startLocks'>;
  /** What came due while no server was running, by kind. */
  dueWhileDown: ReadonlyMap<string, number>;
  /** Events that flow control refused, by function. */
  refused: ReadonlyMap<string, number>;
  acknowledged: number;
  runs: number;
  /** Steps that were executed to their end. */
  steps: number;
  /** Attempts that were made again, because nobody had confirmed them when the server was killed. */
  again: number;
}
