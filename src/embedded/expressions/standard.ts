import { Environment } from '@marcbachmann/cel-js';
import type { Budget } from './cost.js';
import { type CelValue, Failure, typeOf } from './values.js';

/** What a function receives besides its arguments. */
export interface CallContext {
  /** Milliseconds since 1970. */
  now: number;
  budget: Budget;
}

/** The implementation of an operator or function. It receives only values, never absent or failed arguments. */
export type Implementation = (args: readonly CelValue[], context: CallContext) => CelValue | Failure;

const library = new Environment({ unlistedVariablesAreDyn: true });

/** The library's implementation. @param source an expression whose arguments are `a` and `b` */
export function standard(source: string): Implementation {
  const evaluate = library.parse(source);
  return ([a, b]) => {
    try {
      return evaluate({ a, b }) as CelValue;
    } catch (error) {
      return new Failure((error as { summary?: string }).summary ?? String(error));
    }
  };
}

export function noOverload(name: string, args: readonly CelValue[]): Failure {
  return new Failure(`no such overload: ${name}(${args.map(typeOf).join(', ')})`);
}
