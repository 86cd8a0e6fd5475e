import { missingPaths, pathsOf } from './missing-paths.js';
import { check, type Locals } from './check.js';
import { Budget } from './cost.js';
import { Equalities } from './equalities.js';
import { EvaluationAborted } from './evaluation-aborted.error.js';
import type { Evaluation, Expression } from './expression.js';
import { type Scope, interpret } from './interpreter.js';
import { logicOnly } from './logic-only.js';
import { parseSyntax } from './syntax.js';
import { TooCostlyError } from './too-costly.error.js';
import { ABSENT, Failure } from './values.js';

/** Expressions come from the functions of the apps that are registered; waits carry the same few again and again. */
const REMEMBERED = 1_000;

/**
 * A compiled expression takes up to 70 times its length: so these are 20 MB at most. An expression that a function is
 * registered with lives as long as the function, whether it is remembered here or not.
 */
const REMEMBERED_CHARACTERS = 300_000;

const compiled = new Map<string, Expression>();
let characters = 0;

/**
 * Compiles an expression, once for all its uses.
 *
 * @throws ExpressionSyntaxError when it does not parse, names what does not exist, or has types that cannot fit
 */
export function compileExpression(source: string): Expression {
  let expression = compiled.get(source);
  if (!expression) {
    expression = compile(source);
    characters += source.length;
    forgetSome();
  } else {
    // What is used moves to the end, so that the first is the one unused for longest.
    compiled.delete(source);
  }
  compiled.set(source, expression);
  return expression;
}

/** Makes room for one more. */
function forgetSome(): void {
  for (const source of compiled.keys()) {
    if (compiled.size < REMEMBERED && characters <= REMEMBERED_CHARACTERS) return;
    compiled.delete(source);
    characters -= source.length;
  }
}

/**
 * Compiles a condition of `cancelOn`, which the real server matches with every event that arrives: it may compare and
 * combine, but not calculate, call functions or use macros.
 *
 * @throws ExpressionSyntaxError as {@link compileExpression}, and when the condition does more
 */
export function compileCondition(source: string): Expression {
  logicOnly(parseSyntax(source));
  return compileExpression(source);
}

/**
 * Compiles an expression that finds stored things: it reads `event`, and `output` where there is one.
 *
 * @throws ExpressionSyntaxError as {@link compileExpression}, and when it reads something else
 */
export function compileSearch(source: string, { hasOutput }: { hasOutput: boolean }): Expression {
  return compile(source, hasOutput ? { async: undefined, output: 'dyn' } : { async: undefined });
}

function compile(source: string, locals: Locals = {}): Expression {
  const root = parseSyntax(source);
  check(root, locals);
  const paths = pathsOf(root);
  const equalities = new Equalities(root, paths);
  return {
    source,
    equality: (event) => equalities.of(event),
    evaluate(variables, now, budget) {
      const scope: Scope = {
        // An event is JSON, and every JSON value is a CEL value.
        variables: { ...variables } as unknown as Scope['variables'],
        absent: missingPaths(paths, { ...variables }),
        now,
        budget: budget ?? new Budget(),
      };
      try {
        return evaluation(interpret(root, scope));
      } catch (error) {
        if (budget && error instanceof TooCostlyError) throw error;
        if (error instanceof EvaluationAborted) return { ok: false, error: error.message };
        if (error instanceof RangeError) return { ok: false, error: 'the event is nested too deeply' };
        throw error;
      }
    },
  };
}

function evaluation(outcome: ReturnType<typeof interpret>): Evaluation {
  if (outcome instanceof Failure) return { ok: false, error: outcome.message };
  return { ok: true, value: outcome === ABSENT ? false : outcome };
}
