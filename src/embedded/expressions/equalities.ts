import { parseJson } from '../../common/parse-json.js';
import { missingPaths, type Path } from './missing-paths.js';
import { type Budget, SharedBudget } from './cost.js';
import { EvaluationAborted } from './evaluation-aborted.error.js';
import { interpret } from './interpreter.js';
import type { Node } from './syntax.js';
import { isValue, numberOf, type CelValue, type Outcome } from './values.js';

/** A path of `async`, and the value that it must have if the condition is true. Both are strings, for an index. */
export interface Equality {
  path: string;
  value: string;
}

/** Equalities with longer values or paths, in characters, are not indexed. */
const MAX_VALUE_LENGTH = 200;
const MAX_PATH_LENGTH = 200;

/** A term `async.<path> == <other>` of a condition. */
interface Term {
  path: Path;
  other: Node;
}

/**
 * Finds a term `async.<path> == event.<path>` (or `== <literal>`, in either order) that must be true if the condition is
 * true, because `&&` joins it with the rest. The server looks up its value in an index before it evaluates the condition.
 */
export class Equalities {
  private readonly terms: readonly Term[];

  constructor(
    root: Node,
    private readonly paths: readonly Path[],
  ) {
    this.terms = conjuncts(root)
      .flatMap(termOf)
      // If `async.data.x.y` is absent, `async.data.x` in the same condition counts as absent too.
      .filter(({ path }) => !paths.some((other) => isBelow(other, path)));
  }

  /**
   * The equality for the event of a run; the most selective one if there are several.
   *
   * @returns undefined when the server must evaluate the condition for every event that arrives
   */
  of(event: object): Equality | undefined {
    const variables = { event } as unknown as Record<string, CelValue>;
    const absent = missingPaths(this.paths, variables);
    // A costly term is not worth it. It is evaluated when an event arrives, with the budget of that event.
    const budget = new SharedBudget(0).forItem();
    const found = this.terms.flatMap(({ path, other }) => {
      const value = valueOf(other, variables, absent, budget);
      return value === undefined ? [] : [{ path: JSON.stringify(path.slice(1)), value, other }];
    });
    const best = found.toSorted((a, b) => rank(a) - rank(b))[0];
    return best && best.path.length <= MAX_PATH_LENGTH ? { path: best.path, value: best.value } : undefined;
  }
}

function valueOf(
  other: Node,
  variables: Record<string, CelValue>,
  absent: readonly Path[],
  budget: Budget,
): string | undefined {
  try {
    return textOf(interpret(other, { variables, absent, now: 0, budget }));
  } catch (error) {
    if (error instanceof EvaluationAborted || error instanceof RangeError) return undefined;
    throw error;
  }
}

/**
 * The value that an event has at the path of an {@link Equality}.
 *
 * @returns undefined when it cannot equal the value of any
 */
export function valueAt(path: string, async: object): string | undefined {
  let value: unknown = async;
  const keys = parseJson(path);
  // The row is damaged.
  if (!Array.isArray(keys)) return undefined;
  for (const key of keys as string[]) {
    const isMap = typeof value === 'object' && value !== null && !Array.isArray(value);
    value = isMap && Object.hasOwn(value as object, key) ? (value as Record<string, unknown>)[key] : null;
  }
  return textOf((value ?? null) as CelValue);
}

/** Values that are equal in CEL have equal texts. For `==`, an absent or failed value is null. */
function textOf(outcome: Outcome): string | undefined {
  const value = isValue(outcome) ? outcome : null;
  const text = value === null || typeof value === 'boolean' ? String(value) : textOfNumberOrText(value);
  return text !== undefined && text.length <= MAX_VALUE_LENGTH ? text : undefined;
}

function textOfNumberOrText(value: CelValue): string | undefined {
  // As JSON, which escapes what SQLite's drivers cannot bind or read: U+0000 and lone surrogates.
  if (typeof value === 'string') return value.length <= MAX_VALUE_LENGTH ? JSON.stringify(value) : undefined;
  const number = numberOf(value);
  if (number === undefined) return undefined;
  return typeof number === 'number' && Number.isInteger(number) ? String(BigInt(number)) : String(number);
}

/** Sorts values that differ from run to run first, and values that many runs share last. */
function rank({ value, other }: { value: string; other: Node }): number {
  if (value === 'null') return 2;
  return other.op === '.' ? 0 : 1;
}

function conjuncts(node: Node): Node[] {
  const found: Node[] = [];
  const rest = [node];
  for (let next = rest.pop(); next; next = rest.pop()) {
    if (next.op === '&&') rest.push(next.args[1], next.args[0]);
    else found.push(next);
  }
  return found;
}

function termOf(node: Node): Term[] {
  if (node.op !== '==') return [];
  const [left, right] = node.args;
  return [
    ...pathOf(left, 'async').flatMap((path) => (isKnownBefore(right) ? [{ path, other: right }] : [])),
    ...pathOf(right, 'async').flatMap((path) => (isKnownBefore(left) ? [{ path, other: left }] : [])),
  ];
}

/** Whether the value is known from the event of the run alone. */
function isKnownBefore(node: Node): boolean {
  if (node.op === 'value') return true;
  if (node.op === '-_') return node.args.op === 'value';
  return pathOf(node, 'event').length > 0;
}

function pathOf(node: Node, root: string): Path[] {
  const fields: string[] = [];
  let base = node;
  while (base.op === '.') {
    fields.unshift(base.args[1]);
    base = base.args[0];
  }
  return base.op === 'id' && base.args === root && fields.length > 0 ? [[root, ...fields]] : [];
}

function isBelow(path: Path, above: Path): boolean {
  return path.length > above.length && above.every((key, index) => path[index] === key);
}
