/** An expression that does not parse, or names what does not exist, or has types that cannot fit. */
export class ExpressionSyntaxError extends Error {
  override readonly name = 'ExpressionSyntaxError';

  constructor(
    /** What is wrong, without the position. */
    readonly reason: string,
    readonly source: string,
    /** Where it is wrong; lines and columns count from 1. */
    readonly position: { line: number; column: number },
  ) {
    const shown = source.length > 200 ? `${source.slice(0, 200)}…` : source;
    super(`${reason} (line ${position.line}, column ${position.column} of ${JSON.stringify(shown)})`);
  }
}
