import type { Journal } from './journal.js';
import type { Timing } from './timing.js';
import type { TargetAddress } from './target-address.js';

/** An Inngest and a worker that is registered there: what the promises are held against. */
export interface Environment {
  /** In words, such as "the embedded server, in virtual time". */
  readonly title: string;
  readonly target: TargetAddress;
  /** The worker's app id at Inngest. */
  readonly appId: string;
  /** Where the worker answers, for people. */
  readonly workerUrl: string;
  readonly timing: Timing;
  /** What the worker's steps write, when it can be read. */
  readonly journal?: Journal;
  /** @returns what is left behind, a line each, for people */
  close(): Promise<readonly string[]>;
}

/** An environment whose worker is a process of its own that may be killed. */
export interface KillableEnvironment extends Environment {
  /** Kills the worker with SIGKILL, whatever it is doing, and resolves when it is gone. */
  kill(): Promise<void>;
  /** Starts the worker again where it was, and resolves when it is registered. */
  restart(): Promise<void>;
}

/** Where environments come from. Only the entry point knows how they are made. */
export interface Environments {
  /** @throws EnvironmentError, within seconds, when there is no Inngest or no worker */
  open(signal: AbortSignal): Promise<Environment>;
  /** As {@link open}; it may be the same environment. Absent when the worker is not ours to kill. */
  openKillable?(signal: AbortSignal): Promise<KillableEnvironment>;
}

/** Nothing can be validated: the target or the worker is missing. The message says what to do. */
export class EnvironmentError extends Error {
  override readonly name = 'EnvironmentError';
}
