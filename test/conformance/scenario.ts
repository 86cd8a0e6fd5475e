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
  /** The event that is sent. By default it has the name of the first function. */
  send: Partial<SentEvent>;
  /** How far the event's `ts` lies in the future, in milliseconds. */
  sendAheadMs?: number;
  /** Headers of the request that sends the event. */
  headers?: Record<string, string>;
  /** What is done during the run, in this order. */
  acts?: readonly Act[];
  /** The calls that the app receives, in order. They include the calls of all functions of the scenario. */
  calls: readonly (CallExpectation | Concurrent)[];
  /** What the APIs show of the first function's run after its end. */
  run: RunExpectation;
}

/** Calls that the server may make in any order. */
export interface Concurrent {
  concurrent: readonly CallExpectation[];
}

export type Act =
  /** Waits until the app has answered this many calls. */
  | { afterCalls: number }
  | { send: SentEvent; headers?: Record<string, string> }
  /** Compares the status of the run in the four endpoints that show it. */
  | { statuses: StatusesExpectation }
  | { request: Request; answer: AnswerExpectation }
  /** Lets time pass, in milliseconds. */
  | { pass: number };

/** The time from the previous answer (or from the event) to a call. */
export type Gap =
  /** Milliseconds. */
  | readonly [least: number, most: number]
  /** This many whole seconds after the second of the previous answer. */
  | { wholeSeconds: number }
  /** The server's own backoff after this attempt. */
  | { backoffOf: number };

/** An expected call. By default, it is the first call of the first function. */
export interface CallExpectation {
  /** The id of the function; by default the first one's. */
  fn?: string;
  /** The name of the step to execute, or `step` if the function decides which step comes next. */
  step?: string;
  attempt?: number;
  /** The retries + 1. The default is 6, because most functions of the table have 5 retries. */
  maxAttempts?: number;
  /** -1 until the SDK has sent the version that it uses, then 2. */
  version?: Expect<number>;
  /** Whether the app must only plan further steps and not execute them (`disable_immediate_execution`). */
  alone?: boolean;
  /** The memoized results, by step name. */
  steps?: Expect<Record<string, unknown>>;
  /** The names of the memoized steps in the order in which they ended; by default the order of `steps`. */
  stack?: Expect<readonly string[]>;
  /** Whether the app has to fetch the events and the memoized steps because they are too large for a call. */
  fetches?: boolean;
  /** The length of the stack when the call was first queued. By default the whole stack, or 0 for a step call. */
  current?: Expect<number>;
  /** The event in the call; by default the one sent. */
  event?: Expect<unknown>;
  /** When the call comes; by default within a second. */
  after?: Gap;
  /** The steps that the app reports during the call, one list per checkpoint. */
  reports?: Expect<readonly unknown[]>;
  /** The answer of the app, made by the SDK. */
  answer: Expect<unknown>;
}

/** What the APIs show of a run that has ended. */
export interface RunExpectation {
  status: 'COMPLETED' | 'FAILED' | 'CANCELLED';
  /** If absent, the run has no output. */
  output?: Expect<unknown>;
  /** The output in the v1 API, if it differs. */
  v1Output?: Expect<unknown>;
  /** The steps in the trace, by name, in any order. */
  spans?: readonly SpanExpectation[];
  /** The statuses of the function's attempts outside its steps, if one of them failed. */
  functionAttempts?: readonly string[];
}

export interface SpanExpectation {
  name: string;
  op?: Expect<'RUN' | 'SLEEP' | 'WAIT_FOR_EVENT' | 'WAIT_FOR_SIGNAL' | 'INVOKE'>;
  status: Expect<string>;
  output?: Expect<unknown>;
  /** The status of each attempt, if one of them failed. */
  attempts?: Expect<readonly string[]>;
}

/** The status of one run as each API names it, and whether the APIs say that the run has ended. */
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
   * `{event}` and `{run}` stand for the ids of the scenario's event and run, `{key}` for the event key, `{now}` for the current
   * time. In headers, `{signingKey}` stands for the signing key.
   */
  path: string;
  headers?: Record<string, string>;
  /** Sent as JSON. Use `raw` for a body that is sent as it is. */
  json?: unknown;
  raw?: () => string;
  /** The receiver; the server by default. */
  to?: 'server' | 'app';
  /** How the request is signed. A signed request looks like one from the server to an app. By default it is not signed. */
  signed?: Signed;
}

export type Signed = 'with the key' | 'with another key' | 'an hour ago';

export interface AnswerExpectation {
  status: Expect<number>;
  headers?: Record<string, Expect<unknown>>;
  /** The parsed JSON, or the text if it is not JSON; '' if the answer has no body. */
  body?: Expect<unknown>;
}

/** Requests and their answers. */
export interface HttpScenario extends Row {
  kind: 'http';
  functions?: readonly FunctionSpec[];
  exchanges: readonly { title: string; request: Request; answer: AnswerExpectation }[];
}

/** Many runs: which of them start, when, and how many at the same time. */
export interface FlowScenario extends Row {
  kind: 'flow';
  functions: readonly FunctionSpec[];
  /** The events to send and when, in milliseconds from the start. `order` names the events by their `data.n`. */
  sends: readonly { at: number; events: readonly Record<string, unknown>[] }[];
  /** When the first call of each run comes, in milliseconds from the start, in the order of the calls. */
  starts: readonly Expect<number>[];
  /** The `data.n` of the runs in the order of their first calls. */
  order?: Expect<readonly unknown[]>;
  /** The most calls at the same time. */
  atOnce?: Expect<number>;
}

/** The server syncs the app: it asks the app for its functions, and the app registers. */
export interface SyncScenario extends Row {
  kind: 'sync';
  functions?: undefined;
  /** The answer of the app after it has registered. */
  answer: AnswerExpectation;
  /** The server's answer to the registration. */
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
