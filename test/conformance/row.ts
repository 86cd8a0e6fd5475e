import type { Context, Inngest, InngestFunction } from 'inngest';
import type { Clock } from '../../src/clock/index.js';
import type { Matcher } from './expectations.js';

/** A value, or a matcher for it. */
export type Expect<T> = T | Matcher;

/** What the functions of a scenario can use besides the SDK's context. */
export interface Tools {
  inngest: Inngest.Any;
  /** The server's clock. Functions must use it to wait and to get the time, so that they work in virtual time. */
  clock: Clock;
  /** Another function of the scenario, for `invoke`. */
  fn: (id: string) => InngestFunction.Any;
}

export type Body = (context: Context, tools: Tools) => Promise<unknown>;

type Options = Omit<InngestFunction.Options, 'id' | 'triggers' | 'onFailure'>;

/** A function of the app, as its developer would write it. */
export interface FunctionSpec {
  /** Unique in the whole table. */
  id: string;
  /** By default, an event named like the function. An empty list makes a function that can only be invoked. */
  triggers?: InngestFunction.Trigger<string>[];
  options: Options;
  body: Body;
  onFailure?: Body;
  /** Whether the function runs only when another function defers to it. */
  deferred?: boolean;
  /** Answers the calls of this function in place of the SDK, to play an app that is broken or not there. */
  instead?: (attempt: number) => { status: number; body: string } | undefined;
}

export interface SentEvent {
  name: string;
  data?: unknown;
  [field: string]: unknown;
}

/** What every row of the table has. */
export interface Row {
  /** Unique. The ids of its functions begin with it. */
  id: string;
  title: string;
  /** Why the row cannot be played on a server that the user names, in real time. */
  onlyEmbedded?: string;
  /** Whether the row needs a server without keys. */
  withoutKeys?: boolean;
  /** Whether the row needs a server with keys. */
  withKeys?: boolean;
  /** The names of the recordings from the real server that show the same. */
  recordings?: readonly string[];
  /** Whether nobody has recorded the behaviour of the real server. The row then follows its documentation or its code. */
  notRecorded?: boolean;
  /** Whether the row needs a separate server. What it registers would keep another server busy. */
  apart?: true;
  /** Whether the row needs a server that was started with `--retry-interval`. If possible, one is started for the row. */
  withRetryInterval?: true;
}
