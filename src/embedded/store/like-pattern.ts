/** A pattern for SQL's `LIKE ? ESCAPE '\'` that finds exactly this text, anywhere. */
export function likePattern(text: string): string {
  return `%${text.replace(/[\\%_]/g, (special) => `\\${special}`)}%`;
}
