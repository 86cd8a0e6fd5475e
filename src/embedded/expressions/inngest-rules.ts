import { goText } from './go-text.js';
import type { Operator } from './operators.js';
import { ABSENT, type CelValue, Failure, type Outcome, UnsignedInt, isValue, typeOf } from './values.js';

/**
 * How Inngest bends CEL around a call or an operator (not `||`, `&&` and `?:`), so that an expression gives something
 * whatever is missing. The order of these rules, and what each gives, was tried on the expression package of
 * Inngest 1.43.
 *
 * @param strict the call itself, on values
 */
export function withInngestRules(
  name: Operator | (string & {}),
  args: readonly Outcome[],
  strict: (args: readonly CelValue[]) => CelValue | Failure,
): Outcome {
  if (args.every(isValue)) {
    const result = strict(args);
    const [a, b] = args;
    if (isValue(result) || a === undefined || b === undefined) return result;
    return withMixedTypes(name, a, b, strict) ?? result;
  }
  if (name === '+') {
    // Absent operands are skipped, and the message of a failed one is joined like a text.
    const [a = ABSENT, b = ABSENT] = args;
    if (a === ABSENT) return b === ABSENT ? false : b;
    return b === ABSENT || (a instanceof Failure && b instanceof Failure) ? a : textOf(a) + textOf(b);
  }
  return withoutValue(name, args);
}

/** What remains of an operator one of whose operands has no value. It is null to `==`, and below everything to `<`. */
function withoutValue(name: string, args: readonly Outcome[]): Outcome {
  const besideNull = args.some((arg) => arg === null);
  const isFirst = args[0] !== undefined && !isValue(args[0]);
  switch (name) {
    case '==':
      return besideNull;
    case '!=':
      return !besideNull;
    case '<':
    case '<=':
      return isFirst;
    case '>':
    case '>=':
      return !isFirst;
    case 'size':
      return 0n;
    default:
      return false;
  }
}

/** Two values of different types, for which CEL has no operator. */
function withMixedTypes(
  name: string,
  a: CelValue,
  b: CelValue,
  strict: (args: readonly CelValue[]) => CelValue | Failure,
): Outcome | undefined {
  if (typeOf(a) === typeOf(b)) return undefined;
  if (name === '+') return textOf(a) + textOf(b);
  if (!['<', '<=', '>', '>='].includes(name)) return undefined;
  // Beside null a number is compared with 0, and a text with "".
  const zero = zeroOf(a ?? b);
  return (a === null || b === null) && zero !== undefined ? strict([a ?? zero, b ?? zero]) : undefined;
}

function zeroOf(value: CelValue): CelValue | undefined {
  if (typeof value === 'bigint') return 0n;
  if (typeof value === 'number') return 0;
  if (typeof value === 'string') return '';
  return value instanceof UnsignedInt ? new UnsignedInt(0n) : undefined;
}

function textOf(outcome: CelValue | Failure): string {
  return outcome instanceof Failure ? outcome.message : goText(outcome);
}
