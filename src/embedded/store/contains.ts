/**
 * A condition of SQL that finds a text anywhere in a column, upper and lower case of ASCII being the same. Takes the text as
 * its parameter. Not LIKE: that compares character by character from every place, which takes half a minute for a few
 * megabytes of one letter and a long text of the same.
 */
export function contains(column: string): string {
  return `instr(lower(${column}), lower(?)) > 0`;
}
