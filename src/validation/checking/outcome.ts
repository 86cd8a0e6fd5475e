import type { Check } from './evidence.js';
import type { Picture } from './picture.js';

/** What came of trying a promise. */
export interface Outcome {
  readonly id: string;
  readonly title: string;
  readonly promised: string;
  /** What surprises people about it. */
  readonly know?: string;
  /** In a few words; the checks say it exactly. */
  readonly expected: string;
  readonly measured?: string;
  readonly verdict: 'held' | 'broken' | 'not tested';
  /** Why it was not tested, or what is broken. */
  readonly why?: string;
  readonly checks: readonly Check[];
  readonly notes: readonly string[];
  readonly pictures: readonly Picture[];
  /** The runs that were looked at. */
  readonly runs: readonly string[];
  /** How long it took on the environment's clock, in milliseconds. */
  readonly tookMs: number;
}

/** A whole validation. */
export interface Report {
  /** What was validated, in words. */
  readonly stage: string;
  readonly target: string;
  readonly worker: string;
  readonly appId: string;
  /** Whether the runs can still be looked at, because the target goes on. */
  readonly isLasting: boolean;
  /** Whether the worker's journal could be read. */
  readonly journal: boolean;
  readonly seed: number;
  /** ISO 8601, by the wall's clock. */
  readonly startedAt: string;
  /** By the wall's clock, in milliseconds. */
  readonly tookMs: number;
  /** Why it ended before its time: somebody interrupted it, or the target went away. */
  readonly endedEarly?: string;
  /** What else people should know, a line each. */
  readonly remarks: readonly string[];
  readonly outcomes: readonly Outcome[];
}

/** Whether every promise that was tried held, and at least one was. */
export function hasHeld({ outcomes, endedEarly }: Report): boolean {
  return (
    endedEarly === undefined &&
    outcomes.some(({ verdict }) => verdict === 'held') &&
    outcomes.every(({ verdict }) => verdict !== 'broken')
  );
}
