import type { GoFunction } from '../support/go-app.js';
import type { Expect, FunctionSpec, Row } from './row.js';
import type { SpanExpectation } from './scenario.js';

/** One run of a function in an app that behaves as the Go SDK does. The row has a separate app. */
export interface GoScenario extends Row {
  kind: 'go';
  /** The function. An event named like its app triggers it. */
  fn: Omit<GoFunction, 'event'>;
  functions?: undefined;
  data?: Record<string, unknown>;
  isStreaming?: true;
  isMoved?: true;
  /** The number of calls that the app receives. */
  calls: number;
  run: { status: 'COMPLETED' | 'FAILED'; output: Expect<unknown> };
}

/** One run of the first function of an app that opens a connection instead of being called over HTTP. */
export interface ConnectScenario extends Row {
  kind: 'connect';
  /** The functions of the app that connects. Their ids must be unique within it, and events of their ids trigger them. */
  connected: readonly FunctionSpec[];
  /** The functions of the app that is called over HTTP. */
  functions?: readonly FunctionSpec[];
  /** The least and the most time from the event to the end of the run, in milliseconds. */
  within?: readonly [number, number];
  run: { status: 'COMPLETED' | 'FAILED'; output: Expect<unknown>; spans: readonly SpanExpectation[] };
}

/** When schedules tick. */
export interface ScheduleScenario extends Row {
  kind: 'schedule';
  functions: readonly FunctionSpec[];
  /** The number of days for which the schedules run, from the next midnight (UTC). */
  days: number;
  /** For each function, the days on which it was called, such as "Mon", in order. */
  ticks: Record<string, Expect<readonly string[]>>;
}

/** A subscriber of realtime messages. It sends its token in one of the ways in which SDKs do. */
export interface SubscriptionScenario extends Row {
  kind: 'subscription';
  functions?: undefined;
  token: 'in the header' | 'in the query' | 'of nobody, in the header';
  /** The expected result: the messages, or the status with which the server refuses the subscription. */
  sees: Expect<unknown>;
}
