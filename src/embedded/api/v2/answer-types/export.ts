import type { RunView } from './run.js';
import type { PendingCall, Span } from './trace.js';

/** A run as it is exported: everything that the API shows of it. */
export interface ExportedRun {
  run: RunView;
  /** What triggered it: one event, or all of a batch. */
  events: { name: string; data?: unknown; id?: string; ts?: number }[];
  trace: Span;
  pendingCalls: PendingCall[];
}

/** What `replay` of the test server needs of a run. */
export interface RunFixture {
  /** The function's id, without its app's before it. */
  function: string;
  events: ExportedRun['events'];
  steps: FixtureStep[];
}

/** A step of a fixture; without `data` and `error` it has no result. */
export interface FixtureStep {
  /** The hashed id. */
  id: string;
  name: string;
  data?: unknown;
  error?: unknown;
}
