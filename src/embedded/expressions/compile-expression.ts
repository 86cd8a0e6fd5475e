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

/** The largest number of cached expressions. Most are those of registered functions; waits repeat a few others. */
const MAX_CACHED = 1_000;

/**
 * The largest total length of the cached expressions. A compiled expression takes up to 70 bytes per character, so this is
 * about 20 MB. A registered function keeps its own expressions, whether they are cached here or not.
 */
const MAX_CACHED_CHARACTERS = 300_000;

const compiled = new Map<string, Expression>();
let characters = 0;

/**
 * Compiles an expression, or returns it from the cache.
 *
 * @throws ExpressionSyntaxError when it cannot be parsed, uses an unknown name, or has types that cannot fit
 */
export function compileExpression(source: string): Expression {
  let expression = compiled.get(source);
  if (!expression) {
    expression = compile(source);
    characters += source.length;
    shrinkCache();
  } else {
    // Moves the expression to the end, so that the first is the least recently used.
    compiled.delete(source);
  }
  compiled.set(source, expression);
  return expression;
}

/** Makes room for one more expression in the cache. */
function shrinkCache(): void {
  for (const source of compiled.keys()) {
    if (compiled.size < MAX_CACHED && characters <= MAX_CACHED_CHARACTERS) return;
    compiled.delete(source);
    characters -= source.length;
  }
}

/**
 * Compiles a condition of `cancelOn`. The real server checks it with every event that arrives, so it may only compare
 * values and combine the results: no calculations, functions or macros.
 *
 * @throws ExpressionSyntaxError like {@link compileExpression}, and when the condition does more
 */
export function compileCondition(source: string): Expression {
  logicOnly(parseSyntax(source));
  return compileExpression(source);
}

/**
 * Compiles the expression of a search. It may read `event`, and also `output` in a search for runs.
 *
 * @throws ExpressionSyntaxError like {@link compileExpression}, and when it reads something else
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
