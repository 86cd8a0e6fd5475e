import type {
  ConnectScenario,
  GoScenario,
  ScheduleScenario,
  SubscriptionScenario,
} from './other-scenarios.js';
import type { Expect, FunctionSpec, Row, SentEvent } from './row.js';

export type { Body, Expect, FunctionSpec, SentEvent, Tools } from './row.js';
export type * from './other-scenarios.js';

/** One run of a function, call by call. */
export interface RunScenario extends Row {
  kind: 'run';
  functions: readonly FunctionSpec[];
  /** What is sent; an event of the first function's name unless it says otherwise. */
  send: Partial<SentEvent>;
  /** Its `ts` lies this many milliseconds in the future. */
  sendAheadMs?: number;
  /** Headers that it is sent with. */
  headers?: Record<string, string>;
  /** What is done while the run is under way, one after the other. */
  acts?: readonly Act[];
  /** The calls that the app gets, in their order; of all functions of the scenario. */
  calls: readonly (CallExpectation | Concurrent)[];
  /** What the APIs say at the end, of the run of the first function. */
  run: RunExpectation;
}

/** Calls whose order among themselves is left to the server. */
export interface Concurrent {
  concurrent: readonly CallExpectation[];
}

export type Act =
  /** Goes on when the app has answered that many calls. */
  | { afterCalls: number }
  | { send: SentEvent; headers?: Record<string, string> }
  /** Asks all four ways of asking about the run. */
  | { statuses: StatusesExpectation }
  | { request: Request; answer: AnswerExpectation }
  /** Lets time pass, in milliseconds. */
  | { pass: number };

/** How much later than the answer before it (or the sending) a call comes. */
export type Gap =
  /** Milliseconds. */
  | readonly [least: number, most: number]
  /** At this whole second, counted from the truncated one of the answer. */
  | { wholeSeconds: number }
  /** As long as the server waits by itself after this attempt. */
  | { backoffOf: number };

/** What the app must be called with. Defaults are those of the first call of the first function. */
export interface CallExpectation {
  /** Id of the function, the first one's by default. */
  fn?: string;
  /** The step that is to be run, by name, or `step`: whichever comes next. */
  step?: string;
  attempt?: number;
  /** Retries + 1; 6 by default, as most functions of the table have 5 retries. */
  maxAttempts?: number;
  /** -1 until the SDK has said which version it speaks, then 2. */
  version?: Expect<number>;
  /** Whether the function must not go on after this step (`disable_immediate_execution`). */
  alone?: boolean;
  /** What is memoized, by step name. */
  steps?: Expect<Record<string, unknown>>;
  /** The names of the memoized steps, in the order in which they ended: that of `steps` by default. */
  stack?: Expect<readonly string[]>;
  /** Whether the app has to fetch the events and the memoized steps, as they are too large for a call. */
  fetches?: boolean;
  /** How much of the stack there was when the call was first queued; all of it by default, 0 for a step's own call. */
  current?: Expect<number>;
  /** The event; the one sent by default. */
  event?: Expect<unknown>;
  /** By default it comes within a second. */
  after?: Gap;
  /** The steps that the app reports from inside the call, a list for each checkpoint. */
  reports?: Expect<readonly unknown[]>;
  /** What the app answers, through the SDK. */
  answer: Expect<unknown>;
}

/** What the APIs say of a run that has ended. */
export interface RunExpectation {
  status: 'COMPLETED' | 'FAILED' | 'CANCELLED';
  /** Left out: none. */
  output?: Expect<unknown>;
  /** What the v1 API gives as output, where that is something else. */
  v1Output?: Expect<unknown>;
  /** The steps in the trace, by name, in any order. */
  spans?: readonly SpanExpectation[];
  /** The attempts of the function outside of its steps, when one of them failed. */
  functionAttempts?: readonly string[];
}

export interface SpanExpectation {
  name: string;
  op?: Expect<'RUN' | 'SLEEP' | 'WAIT_FOR_EVENT' | 'WAIT_FOR_SIGNAL' | 'INVOKE'>;
  status: Expect<string>;
  output?: Expect<unknown>;
  /** The status of each attempt, when one of them failed. */
  attempts?: Expect<readonly string[]>;
}

/** The status of one run, in the words of each API, and whether it says that the run has ended. */
export interface StatusesExpectation {
  v1EventRuns: Expect<string>;
  v1Run: Expect<string>;
  v2EventRuns: Expect<string>;
  v2Run: Expect<string>;
  ended: boolean;
}

export interface Request {
  method: string;
  /**
   * `{event}` and `{run}` stand for the ids of the scenario's event and run, `{key}` for the event key, `{now}` for the
   * time; `{signingKey}` in headers for that.
   */
  path: string;
  headers?: Record<string, string>;
  /** Sent as JSON; `raw` is sent as it is. */
  json?: unknown;
  raw?: () => string;
  /** Whom it is sent to; the server by default. */
  to?: 'server' | 'app';
  /** How it is signed, as the server signs what it asks of apps; not at all by default. */
  signed?: Signed;
}

export type Signed = 'with the key' | 'with another key' | 'an hour ago';

export interface AnswerExpectation {
  status: Expect<number>;
  headers?: Record<string, Expect<unknown>>;
  /** The JSON, or the text when it is none; '' when there is none. */
  body?: Expect<unknown>;
}

/** Requests and their answers. */
export interface HttpScenario extends Row {
  kind: 'http';
  functions?: readonly FunctionSpec[];
  exchanges: readonly { title: string; request: Request; answer: AnswerExpectation }[];
}

/** Many runs: which of them start, when, and how many at once. */
export interface FlowScenario extends Row {
  kind: 'flow';
  functions: readonly FunctionSpec[];
  /** Sent at these moments, in milliseconds from the start; each event's `data.n` is its name below. */
  sends: readonly { at: number; events: readonly Record<string, unknown>[] }[];
  /** When the first call of each run comes, in milliseconds from the start, in the order of the calls. */
  starts: readonly Expect<number>[];
  /** `data.n` of the runs in the order of their first calls. */
  order?: Expect<readonly unknown[]>;
  /** The most calls under way at once. */
  atOnce?: Expect<number>;
}

/** The server asks the app for its functions, and the app registers. */
export interface SyncScenario extends Row {
  kind: 'sync';
  functions?: undefined;
  /** What the app answers when it has registered. */
  answer: AnswerExpectation;
  /** What the server answers to the registration. */
  accepted: AnswerExpectation;
}

export type Scenario =
  | RunScenario
  | HttpScenario
  | FlowScenario
  | SyncScenario
  | GoScenario
  | ConnectScenario
  | ScheduleScenario
  | SubscriptionScenario;
