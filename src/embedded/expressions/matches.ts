import { RE2JS } from 're2js';
import type { Budget } from './cost.js';
import { Failure } from './values.js';

const LONGEST_PATTERN = 1_000;

/** The compiled patterns that are kept, by their total size in instructions: about 20 MB at most. */
const MOST_INSTRUCTIONS = 50_000;

/** The prices, in steps. Measured with re2js 2.10: a character costs up to 25 ns an instruction, and some 200 ns more. */
const PER_PATTERN_CHARACTER = 5;
const PER_INSTRUCTION = 10;
const PER_CHARACTER_AND_INSTRUCTION = 0.25;
const INSTRUCTIONS_EVEN_IF_FEWER = 8;

const patterns = new Map<string, RE2JS | Failure>();
let instructions = 0;

/**
 * CEL's `matches`: whether the pattern occurs in the text. The engine has RE2's syntax, as CEL defines, and its time is
 * linear in the text times the pattern's instructions. A repetition such as `(.*){500}` has thousands of them, so that
 * product is paid for before the text is looked at.
 *
 * @throws TooCostlyError
 */
export function matches(text: string, source: string, budget: Budget): boolean | Failure {
  budget.spendOnce(source, priceOf(source));
  const pattern = compiled(source);
  if (pattern instanceof Failure) return pattern;
  const size = pattern.programSize();
  budget.spendOnce(`/${source}/`, size * PER_INSTRUCTION);
  budget.spend((text.length + 1) * (size + INSTRUCTIONS_EVEN_IF_FEWER) * PER_CHARACTER_AND_INSTRUCTION);
  return pattern.matcher(text).find();
}

/** What compiling costs at most, about: a repetition such as `{1000}` multiplies what it is about. */
function priceOf(source: string): number {
  const repeated = [...source.matchAll(/\{(\d+)(?:,(\d*))?\}/g)].reduce(
    (sum, [, from, to]) => sum + Math.max(Number(from), Number(to || 0)),
    0,
  );
  return Math.min(source.length, LONGEST_PATTERN) * (PER_PATTERN_CHARACTER + repeated);
}

function compiled(source: string): RE2JS | Failure {
  let pattern = patterns.get(source);
  if (pattern === undefined) {
    pattern = compile(source);
    // Patterns can come out of events: what is remembered must not grow without end.
    if (instructions > MOST_INSTRUCTIONS) {
      patterns.clear();
      instructions = 0;
    }
    patterns.set(source, pattern);
    instructions += pattern instanceof Failure ? INSTRUCTIONS_EVEN_IF_FEWER : pattern.programSize();
  }
  return pattern;
}

function compile(source: string): RE2JS | Failure {
  if (source.length > LONGEST_PATTERN) {
    return new Failure(`error parsing regexp: more than ${LONGEST_PATTERN} characters`);
  }
  try {
    return RE2JS.compile(source);
  } catch (error) {
    return new Failure((error as Error).message);
  }
}
