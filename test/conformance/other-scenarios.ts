import type { GoFunction } from '../support/go-app.js';
import type { Expect, FunctionSpec, Row } from './row.js';
import type { SpanExpectation } from './scenario.js';

/** One run of a function of an app that speaks as the Go SDK does: it has an app for itself. */
export interface GoScenario extends Row {
  kind: 'go';
  /** It is triggered by an event of its app's name. */
  fn: Omit<GoFunction, 'event'>;
  functions?: undefined;
  data?: Record<string, unknown>;
  isStreaming?: true;
  isMoved?: true;
  /** How many calls the app gets. */
  calls: number;
  run: { status: 'COMPLETED' | 'FAILED'; output: Expect<unknown> };
}

/** One run of the first function of an app that opens a connection instead of being called over HTTP. */
export interface ConnectScenario extends Row {
  kind: 'connect';
  /** Of the app that connects. Their ids count within it, and its functions are triggered by events of their ids. */
  connected: readonly FunctionSpec[];
  /** Of the app that is called over HTTP. */
  functions?: readonly FunctionSpec[];
  /** How much later than the event the run ends, in milliseconds: at least and at most. */
  within?: readonly [number, number];
  run: { status: 'COMPLETED' | 'FAILED'; output: Expect<unknown>; spans: readonly SpanExpectation[] };
}

/** When schedules tick. */
export interface ScheduleScenario extends Row {
  kind: 'schedule';
  functions: readonly FunctionSpec[];
  /** How long the schedules are watched, from the next midnight (UTC). */
  days: number;
  /** Of each function the days on which it was called, as "Mon", in their order. */
  ticks: Record<string, Expect<readonly string[]>>;
}

/** A subscriber of realtime messages, who shows its token in one of the ways in which SDKs do. */
export interface SubscriptionScenario extends Row {
  kind: 'subscription';
  functions?: undefined;
  token: 'in the header' | 'in the query' | 'of nobody, in the header';
  /** What comes of it: messages, or the status of a refusal. */
  sees: Expect<unknown>;
}
