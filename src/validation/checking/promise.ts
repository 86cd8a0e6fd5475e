import type { Evidence } from './evidence.js';
import type { Probe } from '../probe/probe.js';

/** Something that Inngest promises to those who build on it, and how it is tried. */
export interface InngestPromise {
  /** What `--only` calls it. */
  readonly id: string;
  readonly title: string;
  /** What is promised, in a sentence or two. */
  readonly promised: string;
  /** What surprises people about it: said under the verdict, whatever that is. */
  readonly know?: string;
  /** What is expected, in a few words. */
  readonly expected: string;
  /** About how long the trial takes in real time, in seconds, when nothing is shared with an earlier one. */
  readonly seconds: number | ((floodSize: number) => number);
  /** The experiment that it shares with others, so that its time counts once. */
  readonly shares?: unknown;
  /** Tries it, and puts down what was seen. @throws NotTestedError when it cannot be tried here */
  run(probe: Probe, evidence: Evidence): Promise<void>;
}

/** A promise cannot be tried here. Not a verdict on it. */
export class NotTestedError extends Error {
  override readonly name = 'NotTestedError';
}
