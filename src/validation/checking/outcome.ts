import type { Check } from './evidence.js';
import type { Picture } from './picture.js';

/** The result of the trial of one promise. */
export interface Outcome {
  readonly id: string;
  readonly title: string;
  readonly promised: string;
  /** A remark about behaviour of the promise that surprises people. */
  readonly know?: string;
  /** The expected result in a few words; the checks contain the details. */
  readonly expected: string;
  readonly measured?: string;
  readonly verdict: 'held' | 'broken' | 'not tested';
  /** The reason why it was not tested, or the first broken check. */
  readonly why?: string;
  readonly checks: readonly Check[];
  readonly notes: readonly string[];
  readonly pictures: readonly Picture[];
  /** The ids of the examined runs. */
  readonly runs: readonly string[];
  /** The duration on the environment's clock, in milliseconds. */
  readonly tookMs: number;
}

/** The result of a whole validation. */
export interface Report {
  /** The kind of environment, such as "the embedded server, in virtual time". */
  readonly stage: string;
  readonly target: string;
  readonly worker: string;
  readonly appId: string;
  /** Whether the target still runs after the validation, so that its runs can be examined. */
  readonly isLasting: boolean;
  /** Whether the worker's journal could be read. */
  readonly journal: boolean;
  readonly seed: number;
  /** ISO 8601, from the wall clock. */
  readonly startedAt: string;
  /** In milliseconds, from the wall clock. */
  readonly tookMs: number;
  /** Why it ended early: a user interrupted it, or the target stopped answering. */
  readonly endedEarly?: string;
  /** Further remarks for the user, one line each. */
  readonly remarks: readonly string[];
  readonly outcomes: readonly Outcome[];
}

/** Whether at least one promise was tested, no promise is broken, and the validation did not end early. */
export function hasHeld({ outcomes, endedEarly }: Report): boolean {
  return (
    endedEarly === undefined &&
    outcomes.some(({ verdict }) => verdict === 'held') &&
    outcomes.every(({ verdict }) => verdict !== 'broken')
  );
}
