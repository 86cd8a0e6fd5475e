import { EvaluationAborted } from './evaluation-aborted.error.js';
import { type Outcome, isList, isMap, mapEntries } from './values.js';

/** A fraction of a second at most; an ordinary expression takes a few dozen steps. */
const STEPS = 1_000_000;

/** Joined texts can double with every `+`. */
const LONGEST_TEXT = 8 * 1024 * 1024;

/** What one evaluation may still spend. */
export class Budget {
  private steps = STEPS;

  /** @throws EvaluationAborted when nothing is left */
  spend(steps: number): void {
    this.steps -= steps;
    if (this.steps < 0) throw tooCostly(`more than ${STEPS} steps`);
  }

  /** Pays for looking at a whole value, or making one. */
  spendOn(outcome: Outcome): void {
    if (typeof outcome === 'string') {
      if (outcome.length > LONGEST_TEXT) throw tooCostly(`a text of ${outcome.length} characters`);
      this.spend(outcome.length / 256);
    } else if (isList(outcome)) {
      this.spend(outcome.length);
      for (const item of outcome) this.spendOn(item);
    } else if (isMap(outcome)) {
      for (const [, item] of mapEntries(outcome)) {
        this.spend(1);
        this.spendOn(item);
      }
    }
  }
}

export function tooCostly(what: string): EvaluationAborted {
  return new EvaluationAborted(`the expression costs too much: ${what}`);
}
