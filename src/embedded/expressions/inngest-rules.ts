import { goText } from './go-text.js';
import type { Operator } from './operators.js';
import { ABSENT, type CelValue, Failure, type Outcome, UnsignedInt, isValue, typeOf } from './values.js';

/**
 * Applies a function or an operator (except `||`, `&&` and `?:`) with the rules that Inngest adds to CEL. With them, an
 * expression has a result although values are missing. The rules and their order were measured on the expression package
 * of Inngest 1.43.
 *
 * @param strict the function or operator as CEL defines it, for arguments that all have values
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
    // An absent operand is skipped. The message of a failed operand is joined like a string.
    const [a = ABSENT, b = ABSENT] = args;
    if (a === ABSENT) return b === ABSENT ? false : b;
    return b === ABSENT || (a instanceof Failure && b instanceof Failure) ? a : textOf(a) + textOf(b);
  }
  return withoutValue(name, args);
}

/** The result if an operand has no value. `==` treats such an operand as null, and `<` as less than everything. */
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

/** The result for two values of different types, for which CEL has no operator; undefined if Inngest has none either. */
function withMixedTypes(
  name: string,
  a: CelValue,
  b: CelValue,
  strict: (args: readonly CelValue[]) => CelValue | Failure,
): Outcome | undefined {
  if (typeOf(a) === typeOf(b)) return undefined;
  if (name === '+') return textOf(a) + textOf(b);
  if (!['<', '<=', '>', '>='].includes(name)) return undefined;
  // Compared with a number, null counts as 0; compared with a string, as "".
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
