import type { Evidence } from './evidence.js';
import type { Probe } from '../probe/probe.js';

/** A guarantee of Inngest on which applications rely, and the trial that tests it. */
export interface InngestPromise {
  /** The name for `--only`. */
  readonly id: string;
  readonly title: string;
  /** The guarantee, in a sentence or two. */
  readonly promised: string;
  /** A remark about behaviour that surprises people. The report shows it below the verdict, whatever the verdict is. */
  readonly know?: string;
  /** The expected result, in a few words. */
  readonly expected: string;
  /**
   * The approximate duration of the trial in real time, in seconds, if it does not share an experiment with an earlier
   * trial.
   */
  readonly seconds: number | ((floodSize: number) => number);
  /** The experiment that it shares with other promises. Its duration counts only once. */
  readonly shares?: unknown;
  /** Runs the trial and adds its checks to `evidence`. @throws NotTestedError if the promise cannot be tested here */
  run(probe: Probe, evidence: Evidence): Promise<void>;
}

/** A promise cannot be tested in this environment. This is no verdict on the promise. */
export class NotTestedError extends Error {
  override readonly name = 'NotTestedError';
}
