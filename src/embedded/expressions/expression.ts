import type { Budget } from './cost.js';
import type { Equality } from './equalities.js';
import type { CelValue } from './values.js';

/** The variables of an expression. Events have Inngest's form: `{name, data, user, id, ts, v?}`. */
export interface ExpressionVariables {
  /** The event that triggered the run, or the event that a trigger or a batch checks. */
  event: object;
  /** The event that arrived later, for the conditions of waits and of `cancelOn`. */
  async?: object;
  /** The result or error of a run, for searches among runs; null if there is none. */
  output?: unknown;
}

/**
 * The result of an evaluation. A path that does not exist (`event.data.nope`) gives `false`, as on the real server; a
 * field that is `null` gives `null`.
 */
export type Evaluation = { ok: true; value: CelValue } | { ok: false; error: string };

/** A parsed and checked expression; evaluating it has no side effects. */
export interface Expression {
  readonly source: string;
  /**
   * Evaluates the expression, with a limited number of steps.
   *
   * @param budget the steps of the item, shared with its other expressions. Without it, the evaluation has its own budget
   *   and gives an error when that is spent
   * @param now the time for `now()`, `now_plus()` and `now_minus()`, in milliseconds since 1970
   * @throws TooCostlyError when the given budget is spent
   */
  evaluate(variables: ExpressionVariables, now: number, budget?: Budget): Evaluation;
  /**
   * A value that a path of `async` must have if the expression is true with this `event`; undefined if there is no such
   * path.
   */
  equality(event: object): Equality | undefined;
}
