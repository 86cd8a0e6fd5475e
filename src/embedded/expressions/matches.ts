import { RE2JS } from 're2js';
import { Failure } from './values.js';

const LONGEST_PATTERN = 1_000;
const REMEMBERED_PATTERNS = 200;

const patterns = new Map<string, RE2JS | Failure>();

/**
 * CEL's `matches`: whether the pattern occurs in the text. The engine has RE2's syntax, as CEL defines, and its time is
 * linear in the text: a pattern out of an event cannot block the process.
 */
export function matches(text: string, source: string): boolean | Failure {
  const pattern = compiled(source);
  return pattern instanceof Failure ? pattern : pattern.matcher(text).find();
}

function compiled(source: string): RE2JS | Failure {
  let pattern = patterns.get(source);
  if (pattern === undefined) {
    pattern = compile(source);
    // Patterns can come out of events: what is remembered must not grow without end.
    if (patterns.size >= REMEMBERED_PATTERNS) patterns.clear();
    patterns.set(source, pattern);
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
