/** An expression cannot be parsed, uses an unknown name, or has types that cannot fit. */
export class ExpressionSyntaxError extends Error {
  override readonly name = 'ExpressionSyntaxError';

  constructor(
    /** What is wrong, without the position. */
    readonly reason: string,
    readonly source: string,
    /** Where the mistake is. Lines and columns count from 1. */
    readonly position: { line: number; column: number },
  ) {
    const shown = source.length > 200 ? `${source.slice(0, 200)}…` : source;
    super(`${reason} (line ${position.line}, column ${position.column} of ${JSON.stringify(shown)})`);
  }
}
