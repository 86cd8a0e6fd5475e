/**
 * The error message for unknown names in a request.
 *
 * @param where the part of the request: `query` or `body`
 * @returns undefined if all names are known
 */
export function unknownNames(
  where: string,
  given: readonly string[],
  known: readonly string[],
): string | undefined {
  const unknown = given.filter((name) => !known.includes(name));
  if (unknown.length === 0) return undefined;
  const names = unknown.map((name) => JSON.stringify(name)).join(', ');
  const valid = known.length === 0 ? 'It accepts no names.' : `Known names: ${known.join(', ')}.`;
  return `Unknown in the ${where}: ${names}. ${valid}`;
}
