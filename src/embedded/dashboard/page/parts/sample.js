/** @import { FunctionConfiguration } from '../../../api/v2/answer-types/function.js' */

/** A field of an event's data in an expression, with the operator and operand that show its type. */
const FIELD =
  /(!|\b(?:int|uint|double)\(\s*)?event\.data\.([A-Za-z_]\w*)\s*(==|!=|<=?|>=?|&&|\|\||\?|[-+*/%])?\s*(true|false|null|-?\d)?/g;

/**
 * Sample data of an event, with the fields that a function's configuration reads. A field is a boolean or a number if an
 * expression uses it as one, otherwise a string, because most keys of idempotency, limits and debounces are strings.
 *
 * @param {FunctionConfiguration} configuration
 * @returns {Record<string, string | number | boolean>}
 */
export function sampleFrom(configuration) {
  /** @type {Map<string, string | number | boolean | undefined>} */
  const fields = new Map();
  for (const [, before, field = '', operator, operand] of JSON.stringify(configuration).matchAll(FIELD)) {
    fields.set(field, fields.get(field) ?? valueFor(before, operator, operand));
  }
  return Object.fromEntries([...fields].map(([field, value]) => [field, value ?? 'example']));
}

/**
 * @param {string | undefined} before
 * @param {string | undefined} operator
 * @param {string | undefined} operand
 */
function valueFor(before, operator, operand) {
  if (operand === 'null') return undefined;
  if (before === '!' || operand === 'true' || operand === 'false') return false;
  if (operator === '?' || operator === '&&' || operator === '||') return false;
  if (before || operand !== undefined || (operator && /^[<>*/%-]/.test(operator))) return 0;
  return undefined;
}
