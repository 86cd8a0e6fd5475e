import { createContext, Script } from 'node:vm';
import { tooCostly } from './cost.js';
import { Failure } from './values.js';

const TIME_LIMIT_MS = 20;
const LONGEST_PATTERN = 1_000;
const REMEMBERED_PATTERNS = 200;

/** What JavaScript has and the real server's engine (RE2) has not: lookaround and back references. */
const NOT_RE2 = /\(\?(?:[=!]|<[=!])|\\[1-9]|\\k</;

/** RE2's names for classes of ASCII characters. */
const CLASSES: Readonly<Record<string, string>> = {
  alnum: '0-9A-Za-z',
  alpha: 'A-Za-z',
  blank: '\\t ',
  digit: '0-9',
  lower: 'a-z',
  punct: '!-\\/:-@\\[-`{-~',
  space: '\\t\\n\\v\\f\\r ',
  upper: 'A-Z',
  word: '0-9A-Za-z_',
  xdigit: '0-9A-Fa-f',
};

const patterns = new Map<string, RegExp | Failure>();

/** JavaScript's engine can be stopped only inside a script of its own. */
const context = createContext({ pattern: /./, text: '' });
const test = new Script('pattern.test(text)');

/**
 * CEL's `matches`: whether the pattern occurs in the text. The real server runs RE2, whose time is linear in the text;
 * JavaScript's engine backtracks, so it works under a time limit, and takes only what RE2 takes.
 *
 * @throws EvaluationAborted when the time is up
 */
export function matches(text: string, source: string): boolean | Failure {
  const pattern = compiled(source);
  if (pattern instanceof Failure) return pattern;
  Object.assign(context, { pattern, text });
  try {
    return test.runInContext(context, { timeout: TIME_LIMIT_MS }) === true;
  } catch {
    throw tooCostly(`the regular expression ${source} takes more than ${TIME_LIMIT_MS} ms`);
  } finally {
    Object.assign(context, { pattern: undefined, text: '' });
  }
}

function compiled(source: string): RegExp | Failure {
  let pattern = patterns.get(source);
  if (pattern === undefined) {
    pattern = compile(source);
    // Patterns can come out of events: what is remembered must not grow without end.
    if (patterns.size >= REMEMBERED_PATTERNS) patterns.clear();
    patterns.set(source, pattern);
  }
  return pattern;
}

function compile(source: string): RegExp | Failure {
  if (source.length > LONGEST_PATTERN) {
    return new Failure(`error parsing regexp: more than ${LONGEST_PATTERN} characters`);
  }
  const unsupported = NOT_RE2.exec(source);
  if (unsupported) return new Failure(`error parsing regexp: unsupported syntax ${unsupported[0]}`);
  const [, flags = '', body = source] = /^\(\?([ims]+)\)(.*)$/s.exec(source) ?? [];
  const translated = body
    .replaceAll('(?P<', '(?<')
    .replaceAll('\\A', '^')
    .replaceAll('\\z', '$')
    .replaceAll(/\[:(\w+):\]/g, (whole, name: string) => CLASSES[name] ?? whole);
  // JavaScript's Unicode mode counts characters as RE2 does, but refuses some escapes that RE2 takes.
  return (
    tryRegExp(translated, `${flags}u`) ??
    tryRegExp(translated, flags) ??
    new Failure(`error parsing regexp: ${source}`)
  );
}

function tryRegExp(source: string, flags: string): RegExp | undefined {
  try {
    return new RegExp(source, flags);
  } catch {
    return undefined;
  }
}
