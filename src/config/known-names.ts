/** The names that the Inngest SDK uses for settings of this worker. Here the SDK does not read the environment. */
const NAMES_OF_THE_SDK: Record<string, string> = {
  INNGEST_BASE_URL: 'INNGEST_URL',
  INNGEST_API_BASE_URL: 'INNGEST_URL',
  INNGEST_EVENT_API_BASE_URL: 'INNGEST_URL',
  INNGEST_DEVSERVER_URL: 'INNGEST_URL',
  INNGEST_SERVE_HOST: 'INNGEST_SERVE_ORIGIN',
};

/** One line for each unknown INNGEST_* variable, with the name that was probably meant. */
export function unknownNames(names: readonly string[], known: readonly string[]): string[] {
  return names
    .filter((name) => name.startsWith('INNGEST_') && !known.includes(name))
    .map((name) => {
      const guess = NAMES_OF_THE_SDK[name] ?? nearest(name, known);
      return `${name} is not a setting and is ignored.${guess === undefined ? '' : ` Did you mean ${guess}?`}`;
    });
}

/** The most similar known name, if it differs by few enough letters to be a typing mistake. */
function nearest(name: string, known: readonly string[]): string | undefined {
  const [best] = known
    .map((candidate) => ({ candidate, edits: editDistance(name, candidate) }))
    .toSorted((a, b) => a.edits - b.edits);
  return best !== undefined && best.edits <= 4 ? best.candidate : undefined;
}

/** How many letters must be inserted, removed or replaced to change one word to the other (Levenshtein distance). */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, i) => i);
  for (const [i, letter] of from.split('').entries()) {
    const next = [i + 1];
    for (const [j, other] of to.split('').entries()) {
      next.push(Math.min(row[j + 1]! + 1, next[j]! + 1, row[j]! + (letter === other ? 0 : 1)));
    }
    row = next;
  }
  return row[to.length]!;
}
