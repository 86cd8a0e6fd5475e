import type { Disturbances } from './disturbances.js';
import type { Findings } from './findings/judge.js';

/** The result of a campaign. */
export interface Outcome {
  findings: Findings;
  durationMs: number;
  kills: number;
  /** The calls in progress at each kill of a server that was ready. */
  underWay: number[];
  /** The time from the start of each process to the registration of its functions, in milliseconds. */
  restartsMs: number[];
  /** Locks of the file by another process, and suspensions of the server. */
  disturbances: Pick<Disturbances, 'locks' | 'suspensions' | 'startLocks'>;
  /** What came due while no server was running, by kind. */
  dueWhileDown: ReadonlyMap<string, number>;
  /** The events that flow control refused, by function. */
  refused: ReadonlyMap<string, number>;
  acknowledged: number;
  runs: number;
  /** The number of completed step executions. */
  steps: number;
  /** The number of attempts that were executed again, because the server was killed before it stored their result. */
  again: number;
}
