import type { Picture } from './picture.js';

/** A value that was expected and measured. */
export interface Check {
  readonly what: string;
  readonly expected: string;
  readonly measured: string;
  /** `unshown`: the target's API does not report the value; at most the worker's journal does. */
  readonly result: 'holds' | 'broken' | 'unshown';
}

/** The input of a check. `api` and `journal` are the same value from two sources. */
export interface Statement<T> {
  readonly what: string;
  readonly expected: string;
  /** The value from the target's API; undefined if the API does not report it. */
  readonly api: T | undefined;
  /** The value from the journal; undefined without a journal, or if the check does not use it. */
  readonly journal?: T | undefined;
  readonly holds: (measured: T) => boolean;
  /** Formats a value for the report. Default: `String`. */
  readonly show?: (measured: T) => string;
  /** Whether the two values agree. Default: their formatted texts are equal. */
  readonly agree?: (api: T, journal: T) => boolean;
}

/** The checks, notes and pictures collected during the trial of a promise. */
export class Evidence {
  readonly checks: Check[] = [];
  readonly notes: string[] = [];
  readonly pictures: Picture[] = [];
  readonly runs: string[] = [];
  /** The measured result, in a few words. */
  measured: string | undefined;

  /**
   * Evaluates one check. Both values must be as expected, and they must agree: if they differ, one source is wrong, so
   * the check is broken. If only the journal has the value, the check is `unshown`, or broken if that value is wrong.
   */
  check<T>(statement: Statement<T>): void {
    const { what, expected } = statement;
    this.checks.push({ what, expected, ...weigh(statement) });
  }

  /** Adds a remark that does not affect the verdict. */
  note(text: string): void {
    this.notes.push(text);
  }

  picture(picture: Picture): void {
    this.pictures.push(picture);
  }

  /** Adds runs that were examined, so that readers of the report can examine them too. */
  lookAt(...runs: readonly { readonly id: string }[]): void {
    for (const { id } of runs) if (!this.runs.includes(id)) this.runs.push(id);
  }
}

function weigh<T>(statement: Statement<T>): Pick<Check, 'measured' | 'result'> {
  const { api, journal, holds } = statement;
  const show = statement.show ?? String;
  if (api === undefined) {
    const measured =
      journal === undefined
        ? 'the API does not tell'
        : `${show(journal)} by the journal; the API does not tell`;
    return { measured, result: journal !== undefined && !holds(journal) ? 'broken' : 'unshown' };
  }
  if (journal === undefined) return { measured: show(api), result: holds(api) ? 'holds' : 'broken' };
  const agree = statement.agree ?? ((a, b) => show(a) === show(b));
  if (!agree(api, journal)) {
    return { measured: `${show(api)} by the API, but ${show(journal)} by the journal`, result: 'broken' };
  }
  return { measured: show(api), result: holds(api) && holds(journal) ? 'holds' : 'broken' };
}
