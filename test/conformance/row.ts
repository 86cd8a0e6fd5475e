import type { Context, Inngest, InngestFunction } from 'inngest';
import type { Clock } from '../../src/clock/index.js';
import type { Matcher } from './expectations.js';

/** A value, or what it must be like. */
export type Expect<T> = T | Matcher;

/** What the code of a scenario's functions can reach besides the SDK's context. */
export interface Tools {
  inngest: Inngest.Any;
  /** The server's clock: code that waits or names a moment asks it, so that it works in virtual time too. */
  clock: Clock;
  /** Another function of the scenario, to invoke. */
  fn: (id: string) => InngestFunction.Any;
}

export type Body = (context: Context, tools: Tools) => Promise<unknown>;

type Options = Omit<InngestFunction.Options, 'id' | 'triggers' | 'onFailure'>;

/** A function of the app, as its developer would write it. */
export interface FunctionSpec {
  /** Unique in the whole table. */
  id: string;
  /** An event named like the function, unless said otherwise; an empty list is a function that is only invoked. */
  triggers?: InngestFunction.Trigger<string>[];
  options: Options;
  body: Body;
  onFailure?: Body;
  /** It is only run when another one defers to it. */
  deferred?: boolean;
  /** What answers calls of this function instead of the SDK: an app that is broken, or not there. */
  instead?: (attempt: number) => { status: number; body: string } | undefined;
}

export interface SentEvent {
  name: string;
  data?: unknown;
  [field: string]: unknown;
}

/** What every row of the table has. */
export interface Row {
  /** Unique; ids of functions begin with it. */
  id: string;
  title: string;
  /** Why it is not played on a server of one's own choice, in real time. */
  onlyEmbedded?: string;
  /** It speaks of a server without keys. */
  withoutKeys?: boolean;
  /** It speaks of a server with keys. */
  withKeys?: boolean;
  /** What was recorded of the real server and says the same, by name. */
  recordings?: readonly string[];
  /** Nobody has seen what the real server does: it is what its documentation, or its code, says. */
  notRecorded?: boolean;
  /** It is played on a server of its own, where one can be started: what it registers would keep another one busy. */
  apart?: true;
  /** It speaks of a server that was started with `--retry-interval`; another one is started for it, where that can be. */
  withRetryInterval?: true;
}
