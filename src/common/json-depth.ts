/**
 * The default for how deeply arrays and objects may be nested in JSON. Recursive code, such as `JSON.stringify`, runs
 * out of stack after some thousand levels.
 */
export const MAX_JSON_DEPTH = 1_000;

/** The error message for a JSON text for which {@link isTooDeep} is true. */
export function tooDeep(maxDepth = MAX_JSON_DEPTH): string {
  return `nested too deeply: more than ${maxDepth} levels`;
}

/**
 * Whether arrays and objects are nested more than `maxDepth` levels deep in this JSON, which may be invalid or
 * truncated. Reads the text only up to the first level that is too deep.
 */
export function isTooDeep(json: string, maxDepth = MAX_JSON_DEPTH): boolean {
  if (json.length <= maxDepth) return false;
  let depth = 0;
  for (let at = 0; at < json.length; at++) {
    const char = json[at];
    if (char === '"') at = endOfText(json, at);
    else if (char === '}' || char === ']') depth--;
    else if ((char === '{' || char === '[') && ++depth > maxDepth) return true;
  }
  return false;
}

/** @param start the index of a text's opening quote @returns the index of its closing quote */
function endOfText(json: string, start: number): number {
  let end = json.indexOf('"', start + 1);
  while (end >= 0 && isEscaped(json, end)) end = json.indexOf('"', end + 1);
  return end < 0 ? json.length : end;
}

function isEscaped(json: string, at: number): boolean {
  let backslashes = 0;
  while (json[at - 1 - backslashes] === '\\') backslashes++;
  return backslashes % 2 === 1;
}
