import type { Journal } from './journal.js';
import type { Timing } from './timing.js';
import type { TargetAddress } from './target-address.js';

/** An Inngest and a worker that is registered with it. The promises are tested on them. */
export interface Environment {
  /** A description, such as "the embedded server, in virtual time". */
  readonly title: string;
  readonly target: TargetAddress;
  /** The app id of the worker. */
  readonly appId: string;
  /** The URL of the worker, for the report. */
  readonly workerUrl: string;
  readonly timing: Timing;
  /** The journal that the worker's steps write, if it can be read. */
  readonly journal?: Journal;
  /** @returns what could not be cleaned up, one line each, for the user */
  close(): Promise<readonly string[]>;
}

/** An environment whose worker is a separate process that may be killed. */
export interface KillableEnvironment extends Environment {
  /** Kills the worker with SIGKILL, even if it executes steps, and waits until it has exited. */
  kill(): Promise<void>;
  /** Starts the worker again at the same address, and waits until it is registered. */
  restart(): Promise<void>;
}

/** Creates environments. Only the entry point knows the implementations. */
export interface Environments {
  /** @throws EnvironmentError, within seconds, if there is no Inngest or no worker */
  open(signal: AbortSignal): Promise<Environment>;
  /**
   * Like {@link open}; it may return the same environment. Absent if this command did not start the worker, so that it
   * must not kill it.
   */
  openKillable?(signal: AbortSignal): Promise<KillableEnvironment>;
}

/** The validation cannot start, because the target or the worker is missing. The message says what to do. */
export class EnvironmentError extends Error {
  override readonly name = 'EnvironmentError';
}
