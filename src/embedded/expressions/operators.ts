import { type Implementation, noOverload, standard } from './standard.js';
import { type CelValue, Duration, isEqual, isList, isMap, mapGet, numberOf, typeOf } from './values.js';

const plus = standard('a + b');

/** The operators as CEL defines them, under the parser's names. */
export const OPERATORS = {
  '+': (args, context) => {
    const [a = null, b = null] = args;
    // The library joins only lists of the same type.
    return isList(a) && isList(b) ? [...a, ...b] : plus(args, context);
  },
  '-': standard('a - b'),
  '*': standard('a * b'),
  '/': standard('a / b'),
  '%': standard('a % b'),
  '-_': standard('-a'),
  '!_': standard('!a'),
  '==': ([a = null, b = null]) => isEqual(a, b),
  '!=': ([a = null, b = null]) => !isEqual(a, b),
  '<': ordered('<', (comparison) => comparison < 0),
  '<=': ordered('<=', (comparison) => comparison <= 0),
  '>': ordered('>', (comparison) => comparison > 0),
  '>=': ordered('>=', (comparison) => comparison >= 0),
  in: (args) => {
    const [item = null, container = null] = args;
    if (isList(container)) return container.some((other) => isEqual(item, other));
    return isMap(container) ? mapGet(container, item) !== undefined : noOverload('in', args);
  },
} satisfies Record<string, Implementation>;

export type Operator = keyof typeof OPERATORS;

function ordered(name: string, test: (comparison: number) => boolean): Implementation {
  return (args) => {
    const comparison = compare(args[0] ?? null, args[1] ?? null);
    return comparison === undefined ? noOverload(name, args) : test(comparison);
  };
}

/** Less than, equal to or greater than 0; NaN if an operand is NaN; undefined if the two cannot be ordered. */
function compare(a: CelValue, b: CelValue): number | undefined {
  const left = numberOf(a);
  const right = numberOf(b);
  if (left !== undefined && right !== undefined) {
    if (left < right) return -1;
    if (left > right) return 1;
    return left == right ? 0 : Number.NaN;
  }
  if (typeOf(a) !== typeOf(b)) return undefined;
  if (typeof a === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b as string));
  if (a instanceof Uint8Array) return Buffer.compare(a, b as Uint8Array);
  if (typeof a === 'boolean' || a instanceof Date || a instanceof Duration) return Number(a) - Number(b);
  return undefined;
}
