import type { Inngest, InngestFunction } from 'inngest';
import type { VirtualClock } from '../../src/clock/index.js';
import type { ExecutionLog } from './execution-log.js';

/** What the functions of a scenario work with. */
export interface Tools {
  client: Inngest;
  clock: VirtualClock;
  executions: ExecutionLog;
}

/** What a scenario does while its functions run. */
export interface Act {
  /** Sends an event as an app does, with the SDK's own retries. Its data get the `key` of this repetition. */
  readonly send: (...events: { name: string; data?: Record<string, unknown> }[]) => Promise<void>;
  /** Lets virtual time pass until the query has a row. */
  readonly until: (sql: string) => Promise<void>;
  /** Lets virtual time pass, in milliseconds. */
  readonly advance: (ms: number) => Promise<void>;
}

/** A row of the runs that a scenario started. */
export interface EndedRun {
  /** The function's id without its app. */
  fn: string;
  status: string;
  /** JSON. */
  output: string | null;
  /** Milliseconds since 1970. */
  startedAt: number | null;
}

/** Something that the engine does, small enough to be repeated once for each statement that it executes. */
export interface Scenario {
  name: string;
  define(tools: Tools): InngestFunction.Any[];
  act(act: Act): Promise<void>;
  /** The runs at the end, as `<function> <STATUS>` or `<function> <STATUS> <output>`, in any order. */
  expected: string[];
  /** What else must hold at the end. Returns a sentence for each mistake. */
  check?(runs: readonly EndedRun[]): string[];
}
