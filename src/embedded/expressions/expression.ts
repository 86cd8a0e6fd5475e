import type { Budget } from './cost.js';
import type { Equality } from './equalities.js';
import type { CelValue } from './values.js';

/** What an expression can read. Each is an event as Inngest shows it: `{name, data, user, id, ts, v?}`. */
export interface ExpressionVariables {
  /** The event that triggered the run, or the one that a trigger or a batch looks at. */
  event: object;
  /** The event that arrived later, for the conditions of waits and of `cancelOn`. */
  async?: object;
  /** What a run returned or failed with, for searches among runs; null while there is nothing. */
  output?: unknown;
}

/**
 * What came of an expression. A path that leads nowhere (`event.data.nope`) is `false`, as on the real server;
 * a present `null` is `null`.
 */
export type Evaluation = { ok: true; value: CelValue } | { ok: false; error: string };

/** A parsed and checked expression; evaluating it has no side effects. */
export interface Expression {
  readonly source: string;
  /**
   * Costs a bounded number of steps.
   *
   * @param budget shared with the other expressions of the same item; without it, the evaluation has one of its own and
   *   past it gives an error
   * @param now what `now()`, `now_plus()` and `now_minus()` start from, in milliseconds since 1970
   * @throws TooCostlyError when the given budget is spent
   */
  evaluate(variables: ExpressionVariables, now: number, budget?: Budget): Evaluation;
  /**
   * What a value of `async` must be for the expression to be true with this `event`; undefined when no single value
   * can tell.
   */
  equality(event: object): Equality | undefined;
}
