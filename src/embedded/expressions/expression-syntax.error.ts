/** An expression that does not parse, or uses a name or function that does not exist. */
export class ExpressionSyntaxError extends Error {
  constructor(
    /** What is wrong, without the position. */
    readonly reason: string,
    readonly source: string,
    /** Where it is wrong; lines and columns count from 1. */
    readonly position: { line: number; column: number },
  ) {
    super(`${reason} at line ${position.line}, column ${position.column} of ${JSON.stringify(source)}`);
    this.name = 'ExpressionSyntaxError';
  }
}
