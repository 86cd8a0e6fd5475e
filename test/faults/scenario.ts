import type { Inngest, InngestFunction } from 'inngest';
import type { VirtualClock } from '../../src/clock/index.js';
import type { ExecutionLog } from './execution-log.js';

/** What the functions of a scenario work with. */
export interface Tools {
  client: Inngest;
  clock: VirtualClock;
  executions: ExecutionLog;
}

/** What a scenario can do while its functions run. */
export interface Act {
  /** Sends events as an app does, with the SDK's own retries. Adds the `key` of this repetition to their data. */
  readonly send: (...events: { name: string; data?: Record<string, unknown> }[]) => Promise<void>;
  /** Lets virtual time pass until the query returns a row. */
  readonly until: (sql: string) => Promise<void>;
  /** Lets virtual time pass, in milliseconds. */
  readonly advance: (ms: number) => Promise<void>;
}

/** A run that a scenario started. */
export interface EndedRun {
  /** The function's id without the app's. */
  fn: string;
  status: string;
  /** JSON. */
  output: string | null;
  /** Milliseconds since 1970. */
  startedAt: number | null;
}

/** Something that the engine does. It is small enough to be repeated once for each statement that it executes. */
export interface Scenario {
  name: string;
  define(tools: Tools): InngestFunction.Any[];
  act(act: Act): Promise<void>;
  /** The runs at the end, as `<function> <STATUS>` or `<function> <STATUS> <output>`, in any order. */
  expected: string[];
  /** What else must hold at the end. Returns one sentence for each mistake. */
  check?(runs: readonly EndedRun[]): string[];
}
