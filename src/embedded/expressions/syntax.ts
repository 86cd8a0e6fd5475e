import { type ASTNode, Environment, ParseError } from '@marcbachmann/cel-js';
import { unstorable } from '../protocol/storable-text.js';
import { ExpressionSyntaxError } from './expression-syntax.error.js';
import { CelType, type CelValue } from './values.js';

/** A part of a parsed expression. */
export type Node = ASTNode;

/** The longest expression, in characters. Every part of an expression costs time for every event. */
const MAX_SOURCE_LENGTH = 8_192;

/** The macros, with their possible numbers of arguments. The first argument names a variable; the others are evaluated for every element. */
export const MACROS: ReadonlyMap<string, readonly number[]> = new Map([
  ['exists', [2]],
  ['all', [2]],
  ['exists_one', [2]],
  ['filter', [2]],
  ['map', [2, 3]],
]);

/** The names of constants. */
export const CONSTANTS: ReadonlyMap<string, CelValue> = new Map<string, CelValue>([
  ...['int', 'uint', 'double', 'bool', 'string', 'bytes', 'list', 'map', 'null_type', 'type'].map(
    (name) => [name, new CelType(name)] as const,
  ),
  [
    'google',
    {
      protobuf: {
        Timestamp: new CelType('google.protobuf.Timestamp'),
        Duration: new CelType('google.protobuf.Duration'),
      },
    },
  ],
]);

const parser = new Environment({
  unlistedVariablesAreDyn: true,
  limits: { maxAstNodes: 4_000, maxDepth: 100, maxListElements: 1_000, maxMapEntries: 1_000 },
});

/** Parses an expression. @throws ExpressionSyntaxError when it has a syntax error */
export function parseSyntax(source: string): Node {
  if (source.length > MAX_SOURCE_LENGTH) {
    throw syntaxError(`An expression may have at most ${MAX_SOURCE_LENGTH} characters`, source, 0);
  }
  const problem = unstorable(source);
  if (problem !== undefined)
    throw syntaxError(`The expression ${problem}`, source, Math.max(0, source.search(/\0|\p{Surrogate}/u)));
  try {
    return parser.parse(source).ast;
  } catch (error) {
    if (error instanceof ParseError) throw parseError(error, source);
    if (error instanceof RangeError) throw syntaxError('The expression is nested too deeply', source, 0);
    throw error;
  }
}

/** Whether a method call is a macro. */
export function isMacro(name: string, args: readonly Node[]): boolean {
  return MACROS.get(name)?.includes(args.length) ?? false;
}

/** Whether two signs cancel out. CEL reads `!!x` and `--x` as `x`, so `!!x` does not make a boolean, but `!(!x)` does. */
export function cancelsOut(node: Node & { op: '!_' | '-_' }): boolean {
  return node.args.op === node.op && isDirect(node);
}

/** Whether the sign directly precedes its operand, without parentheses between them. */
export function isDirect(node: Node & { op: '!_' | '-_' }): boolean {
  return !node.input.slice(node.start, node.args.start).includes('(');
}

/** An error at a node. @param offset the position in the source; default: the beginning of the node */
export function nodeError(reason: string, node: Node, offset = node.pos): ExpressionSyntaxError {
  return syntaxError(reason, node.input, offset);
}

function parseError(error: ParseError, source: string): ExpressionSyntaxError {
  const offset = error.range?.start ?? 0;
  const isCoalescing = source.slice(offset - 1, offset + 1) === '??';
  return syntaxError(
    isCoalescing ? '?? is not supported: write x != null ? x : y' : error.summary,
    source,
    offset,
  );
}

function syntaxError(reason: string, source: string, offset: number): ExpressionSyntaxError {
  const before = source.slice(0, offset).split('\n');
  return new ExpressionSyntaxError(reason, source, {
    line: before.length,
    column: (before.at(-1)?.length ?? 0) + 1,
  });
}
