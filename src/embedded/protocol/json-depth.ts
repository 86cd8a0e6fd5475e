/**
 * How deep arrays and objects may lie in one another. Whoever walks over a value by recursion, `JSON.stringify` to begin
 * with, runs out of stack some thousand levels down.
 */
export const MAX_DEPTH = 1_000;

/** For the sender of what {@link isTooDeep}. */
export const TOO_DEEP = `nested too deeply: more than ${MAX_DEPTH} levels`;

/** Whether arrays and objects lie deeper than {@link MAX_DEPTH} in this JSON, whole or broken. Looks no further than that. */
export function isTooDeep(json: string): boolean {
  let depth = 0;
  for (let at = 0; at < json.length; at++) {
    const char = json[at];
    if (char === '"') at = endOfText(json, at);
    else if (char === '}' || char === ']') depth--;
    else if ((char === '{' || char === '[') && ++depth > MAX_DEPTH) return true;
  }
  return false;
}

/** @param start where its opening quote is @returns where its closing one is */
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
