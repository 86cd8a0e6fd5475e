import type { Picture } from './picture.js';

/** One thing that was expected and measured. */
export interface Check {
  readonly what: string;
  readonly expected: string;
  readonly measured: string;
  /** `unshown`: the target's API does not tell it; at most the worker's journal does. */
  readonly result: 'holds' | 'broken' | 'unshown';
}

/** What is put down for a check. `api` and `journal` tell the same thing, each in its own way. */
export interface Statement<T> {
  readonly what: string;
  readonly expected: string;
  /** By the target's own API; undefined when it does not tell. */
  readonly api: T | undefined;
  /** By the journal; undefined without one, or when it is not asked. */
  readonly journal?: T | undefined;
  readonly holds: (measured: T) => boolean;
  /** How a value is written; as it is when absent. */
  readonly show?: (measured: T) => string;
  /** Whether the witnesses agree; by what they show when absent. */
  readonly agree?: (api: T, journal: T) => boolean;
}

/** What was seen while a promise was tried. */
export class Evidence {
  readonly checks: Check[] = [];
  readonly notes: string[] = [];
  readonly pictures: Picture[] = [];
  readonly runs: string[] = [];
  /** What was measured, in a few words. */
  measured: string | undefined;

  /**
   * Weighs one thing. Both witnesses must bear it out, and each other: where they disagree, one of them is wrong, and
   * that is a finding of its own. What the journal alone bears out has not been shown.
   */
  check<T>(statement: Statement<T>): void {
    const { what, expected } = statement;
    this.checks.push({ what, expected, ...weigh(statement) });
  }

  /** Something worth knowing that decides nothing. */
  note(text: string): void {
    this.notes.push(text);
  }

  picture(picture: Picture): void {
    this.pictures.push(picture);
  }

  /** Names runs that were looked at, for those who want to see for themselves. */
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
