/**
 * Says which names of a request are unknown, in words for its sender.
 *
 * @param where what the names are in: `query` or `body`
 * @returns undefined when all are known
 */
export function unknownNames(
  where: string,
  given: readonly string[],
  known: readonly string[],
): string | undefined {
  const unknown = given.filter((name) => !known.includes(name));
  if (unknown.length === 0) return undefined;
  const names = unknown.map((name) => JSON.stringify(name)).join(', ');
  const valid = known.length === 0 ? 'It takes nothing.' : `Known names: ${known.join(', ')}.`;
  return `Unknown in the ${where}: ${names}. ${valid}`;
}
