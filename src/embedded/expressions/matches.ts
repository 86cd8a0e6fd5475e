import { RE2JS } from 're2js';
import type { Budget } from './cost.js';
import { Failure } from './values.js';

const MAX_PATTERN_LENGTH = 1_000;

/** The largest cache of compiled patterns, by their total number of instructions: about 20 MB. */
const MAX_INSTRUCTIONS = 50_000;

/** Prices, in steps. Measured with re2js 2.10: a character takes up to 25 ns per instruction, and about 200 ns more. */
const PER_PATTERN_CHARACTER = 5;
const PER_INSTRUCTION = 10;
const PER_CHARACTER_AND_INSTRUCTION = 0.25;
const MIN_INSTRUCTIONS = 8;

const patterns = new Map<string, RE2JS | Failure>();
let instructions = 0;

/**
 * CEL's `matches`: whether the pattern occurs in the text. The engine has RE2's syntax, as CEL requires. Its time grows with
 * the length of the text times the number of the pattern's instructions, and a repetition such as `(.*){500}` has
 * thousands of them. So this spends the steps for that product before it reads the text.
 *
 * @throws TooCostlyError
 */
export function matches(text: string, source: string, budget: Budget): boolean | Failure {
  budget.spendOnce(source, priceOf(source));
  const pattern = compiled(source);
  if (pattern instanceof Failure) return pattern;
  const size = pattern.programSize();
  budget.spendOnce(`/${source}/`, size * PER_INSTRUCTION);
  budget.spend((text.length + 1) * (size + MIN_INSTRUCTIONS) * PER_CHARACTER_AND_INSTRUCTION);
  return pattern.matcher(text).find();
}

/** An upper bound for the steps to compile a pattern. A repetition such as `{1000}` multiplies the size of its operand. */
function priceOf(source: string): number {
  const repeated = [...source.matchAll(/\{(\d+)(?:,(\d*))?\}/g)].reduce(
    (sum, [, from, to]) => sum + Math.max(Number(from), Number(to || 0)),
    0,
  );
  return Math.min(source.length, MAX_PATTERN_LENGTH) * (PER_PATTERN_CHARACTER + repeated);
}

function compiled(source: string): RE2JS | Failure {
  let pattern = patterns.get(source);
  if (pattern === undefined) {
    pattern = compile(source);
    // Patterns may come from events, so the cache must have a limit.
    if (instructions > MAX_INSTRUCTIONS) {
      patterns.clear();
      instructions = 0;
    }
    patterns.set(source, pattern);
    instructions += pattern instanceof Failure ? MIN_INSTRUCTIONS : pattern.programSize();
  }
  return pattern;
}

function compile(source: string): RE2JS | Failure {
  if (source.length > MAX_PATTERN_LENGTH) {
    return new Failure(`error parsing regexp: more than ${MAX_PATTERN_LENGTH} characters`);
  }
  try {
    return RE2JS.compile(source);
  } catch (error) {
    return new Failure((error as Error).message);
  }
}
