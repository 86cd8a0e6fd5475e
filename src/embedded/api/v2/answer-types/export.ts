import type { RunView } from './run.js';
import type { PendingCall, Span } from './trace.js';

/** An exported run: everything that the API shows of it. */
export interface ExportedRun {
  run: RunView;
  /** The events that triggered it: one, or all of a batch. */
  events: { name: string; data?: unknown; id?: string; ts?: number }[];
  trace: Span;
  pendingCalls: PendingCall[];
}

/** What the test server's `replay` needs to replay a run. */
export interface RunFixture {
  /** The id of the function, without the name of the app in front. */
  function: string;
  events: ExportedRun['events'];
  steps: FixtureStep[];
}

/** A step of a fixture. A step without `data` and `error` has no result. */
export interface FixtureStep {
  /** The hashed id. */
  id: string;
  name: string;
  data?: unknown;
  error?: unknown;
}
