/** @typedef {{ at: number, expected: string }} Mistake */

const SPACE = /[ \t\n\r]*/y;
/** Also matches escapes that JSON does not have; stringEnd refuses them. */
const STRING = /"(?:[^"\\\n]|\\.)*"/y;
const SCALAR = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

/**
 * Describes the first mistake in a text that should be a JSON object or list, with its position; undefined if there is none.
 * The messages of browsers differ, and most have no position.
 *
 * @param {string} text
 * @param {'object' | 'list'} [kind]
 * @returns {string | undefined}
 */
export function jsonProblem(text, kind = 'object') {
  const start = skip(SPACE, text, 0);
  if (kind === 'object' && text[start] !== '{') return 'This must be an object: { … }.';
  if (kind === 'list' && text[start] !== '[') return 'This must be a list: [ … ].';
  const result = valueEnd(text, start);
  if (typeof result !== 'number') return describe(text, result);
  const end = skip(SPACE, text, result);
  return end === text.length ? undefined : describe(text, { at: end, expected: 'nothing more' });
}

/**
 * Each of these functions returns the position after the value that it read, or the mistake in it.
 *
 * @param {string} text
 * @param {number} from
 * @returns {number | Mistake}
 */
function valueEnd(text, from) {
  if (text[from] === '{') return objectEnd(text, from);
  if (text[from] === '[') return listEnd(text, from + 1, ']', valueEnd);
  if (text[from] === '"') return stringEnd(text, from, 'the end of the string, "');
  const end = skip(SCALAR, text, from);
  return end > from ? end : { at: from, expected: 'a value' };
}

/**
 * @param {string} text
 * @param {number} from
 */
function objectEnd(text, from) {
  return listEnd(text, from + 1, '}', memberEnd);
}

/**
 * @param {string} text
 * @param {number} from
 * @returns {number | Mistake}
 */
function memberEnd(text, from) {
  if (text[from] !== '"') return { at: from, expected: 'a name in double quotes' };
  const name = stringEnd(text, from, 'the end of the name, "');
  if (typeof name !== 'number') return name;
  const colon = skip(SPACE, text, name);
  if (text[colon] !== ':') return { at: colon, expected: '":"' };
  return valueEnd(text, skip(SPACE, text, colon + 1));
}

/**
 * @param {string} text
 * @param {number} from after the opening bracket
 * @param {string} close
 * @param {(text: string, from: number) => number | Mistake} itemEnd
 * @returns {number | Mistake}
 */
function listEnd(text, from, close, itemEnd) {
  let at = skip(SPACE, text, from);
  if (text[at] === close) return at + 1;
  for (;;) {
    const end = itemEnd(text, at);
    if (typeof end !== 'number') return end;
    at = skip(SPACE, text, end);
    if (text[at] === close) return at + 1;
    if (text[at] !== ',') return { at, expected: `"," or "${close}"` };
    at = skip(SPACE, text, at + 1);
  }
}

/**
 * @param {string} text
 * @param {number} from
 * @param {string} expected
 * @returns {number | Mistake}
 */
function stringEnd(text, from, expected) {
  const end = skip(STRING, text, from);
  if (end === from) return { at: from, expected };
  try {
    JSON.parse(text.slice(from, end));
    return end;
  } catch {
    return { at: from, expected: 'a string without tabs and unknown escapes' };
  }
}

/**
 * @param {RegExp} pattern sticky
 * @param {string} text
 * @param {number} from
 */
function skip(pattern, text, from) {
  pattern.lastIndex = from;
  return from + (pattern.exec(text)?.[0].length ?? 0);
}

/**
 * @param {string} text
 * @param {Mistake} mistake
 */
function describe(text, { at, expected }) {
  const before = text.slice(0, at).split('\n');
  const column = (before.at(-1) ?? '').length + 1;
  return `Not JSON, line ${before.length}, column ${column}: expected ${expected}.`;
}
