import { type ASTNode, Environment, ParseError } from '@marcbachmann/cel-js';
import { ExpressionSyntaxError } from './expression-syntax.error.js';
import { FUNCTIONS } from './functions.js';
import { CelType, type CelValue } from './values.js';

/** A part of a parsed expression. */
export type Node = ASTNode;

/** Longer ones are no conditions any more, and every part costs at every event. */
const LONGEST_SOURCE = 8_192;

/** The macros: the number of their arguments. The first names a variable, the others are evaluated for every element. */
export const MACROS: ReadonlyMap<string, readonly number[]> = new Map([
  ['exists', [2]],
  ['all', [2]],
  ['exists_one', [2]],
  ['filter', [2]],
  ['map', [2, 3]],
]);

/** Names that mean something without an event. */
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

/** `vars` is empty and undocumented, but the real server knows it. */
const ROOTS = new Set(['event', 'async', 'vars', ...CONSTANTS.keys()]);

const parser = new Environment({
  unlistedVariablesAreDyn: true,
  limits: { maxAstNodes: 4_000, maxDepth: 100, maxListElements: 1_000, maxMapEntries: 1_000 },
});

/**
 * @throws ExpressionSyntaxError when the text is no expression, or uses a variable, a function or a number of arguments
 *   that Inngest does not know
 */
export function parseSyntax(source: string): Node {
  if (source.length > LONGEST_SOURCE) {
    throw syntaxError(`An expression has at most ${LONGEST_SOURCE} characters`, source, 0);
  }
  let node: Node;
  try {
    node = parser.parse(source).ast;
  } catch (error) {
    if (error instanceof ParseError) throw syntaxError(error.summary, source, error.range?.start ?? 0);
    if (error instanceof RangeError) throw syntaxError('The expression is nested too deeply', source, 0);
    throw error;
  }
  check(node, []);
  return node;
}

/** Whether a method call is a macro. */
export function isMacro(name: string, args: readonly Node[]): boolean {
  return MACROS.get(name)?.includes(args.length) ?? false;
}

/** @param locals the variables of the macros around the node */
function check(node: Node, locals: readonly string[]): void {
  switch (node.op) {
    case 'value':
      return checkLiteral(node);
    case 'id':
      if (!ROOTS.has(node.args) && !locals.includes(node.args)) {
        throw nodeError(
          `There is no ${node.args} here, only ${['event', 'async', ...locals].join(', ')}`,
          node,
        );
      }
      return;
    case '.':
      return check(node.args[0], locals);
    case 'call': {
      const [name, args] = node.args;
      if (name === 'has') return checkHas(node, args, locals);
      checkFunction(node, name, args.length, 'call');
      return checkAll(args, locals);
    }
    case 'rcall': {
      const [name, receiver, args] = node.args;
      check(receiver, locals);
      if (isMacro(name, args)) return checkMacro(name, args, locals);
      checkFunction(node, name, args.length + 1, 'method');
      return checkAll(args, locals);
    }
    case 'map':
      return checkAll(node.args.flat(), locals);
    case '!_':
    case '-_':
      return check(node.args, locals);
    case '.?':
    case '[?]':
      throw nodeError('Optional fields are not supported', node);
    default:
      return checkAll(node.args, locals);
  }
}

function checkAll(nodes: readonly Node[], locals: readonly string[]): void {
  for (const node of nodes) check(node, locals);
}

/** Inngest takes quoted texts out of an expression before it parses it, and knows only the plain ones. */
function checkLiteral(node: Node): void {
  const text = node.input.slice(node.start, node.end);
  if (/^[bBrR]['"]|^('''|""")/.test(text)) {
    throw nodeError(`Inngest does not understand ${text.slice(0, 3)}…: write a plain text, "…" or '…'`, node);
  }
}

function checkHas(node: Node, args: readonly Node[], locals: readonly string[]): void {
  const [field] = args;
  if (args.length !== 1 || field?.op !== '.')
    throw nodeError('has() takes one field, such as has(event.data.x)', node);
  check(field, locals);
}

function checkMacro(name: string, args: readonly Node[], locals: readonly string[]): void {
  const [variable, ...bodies] = args;
  if (variable?.op !== 'id') {
    throw nodeError(`The first argument of ${name}() is the name of a variable`, variable as Node);
  }
  checkAll(bodies, [...locals, variable.args]);
}

function checkFunction(node: Node, name: string, arity: number, style: 'call' | 'method'): void {
  const known = FUNCTIONS.get(name);
  if (!known || ![style, 'both'].includes(known.style)) {
    throw nodeError(`There is no ${style === 'method' ? 'method' : 'function'} ${name}()`, node);
  }
  if (!known.arity.includes(arity)) {
    throw nodeError(`${name}() does not take ${style === 'method' ? arity - 1 : arity} argument(s)`, node);
  }
}

export function nodeError(reason: string, node: Node): ExpressionSyntaxError {
  return syntaxError(reason, node.input, node.pos);
}

function syntaxError(reason: string, source: string, offset: number): ExpressionSyntaxError {
  const before = source.slice(0, offset).split('\n');
  return new ExpressionSyntaxError(reason, source, {
    line: before.length,
    column: (before.at(-1)?.length ?? 0) + 1,
  });
}
