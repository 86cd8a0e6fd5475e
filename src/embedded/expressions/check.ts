import { FUNCTIONS } from './functions.js';
import { cancelsOut, CONSTANTS, isDirect, isMacro, type Node, nodeError } from './syntax.js';
import { DURATION, isOneOf, join, nameOf, TIMESTAMP, type Type, unify } from './types.js';
import { UnsignedInt } from './values.js';

/** The variables of expressions. `vars` is empty and undocumented, but the real server has it. */
const VARIABLES: Readonly<Record<string, Type>> = {
  event: { map: ['string', 'dyn'] },
  async: { map: ['string', 'dyn'] },
  vars: { map: ['string', 'dyn'] },
};

/** The types of the operands that `- * / %` accept, and the type of the result. */
const ARITHMETIC: readonly (readonly [operators: string, left: string, right: string, result: string])[] = [
  ['-*/%', 'int', 'int', 'int'],
  ['-*/%', 'uint', 'uint', 'uint'],
  ['-*/', 'double', 'double', 'double'],
  ['-', TIMESTAMP, TIMESTAMP, DURATION],
  ['-', TIMESTAMP, DURATION, TIMESTAMP],
  ['-', DURATION, DURATION, DURATION],
];

/** More variables, by name. An undefined type removes `event` or `async`. */
export type Locals = Readonly<Record<string, Type | undefined>>;

/**
 * Finds what the real server's compiler refuses: names and functions that do not exist, and types that can never fit.
 * Like that compiler, it lets `+` and comparisons accept every type.
 *
 * @returns the type of the node's result
 * @throws ExpressionSyntaxError at the first mistake
 */
export function check(node: Node, locals: Locals = {}): Type {
  switch (node.op) {
    case 'value':
      return checkLiteral(node);
    case 'id':
      return checkName(node, locals);
    case '.':
      return checkField(node, locals);
    case '[]':
      return checkIndex(node, locals);
    case 'call': {
      const [name, args] = node.args;
      return name === 'has' ? checkHas(node, args, locals) : checkCall(node, name, 'call', args, locals);
    }
    case 'rcall': {
      const [name, receiver, args] = node.args;
      return isMacro(name, args)
        ? checkMacro(name, receiver, args, locals)
        : checkCall(node, name, 'method', [receiver, ...args], locals);
    }
    case 'list':
      return { list: join(node.args.map((item) => check(item, locals))) };
    case 'map':
      return {
        map: [
          join(node.args.map(([key]) => check(key, locals))),
          join(node.args.map(([, value]) => check(value, locals))),
        ],
      };
    case '!_':
      return checkUnary(node, ['bool'], locals);
    case '-_':
      return checkUnary(node, ['int', 'double'], locals);
    case '?:':
      return checkConditional(node, locals);
    case '&&':
    case '||':
      for (const operand of node.args) checkBool(operand, locals);
      return 'bool';
    case 'in':
      return checkMembership(node, locals);
    case '-':
    case '*':
    case '/':
    case '%':
      return checkArithmetic(node, locals);
    case '.?':
    case '[?]':
      throw nodeError('Optional fields are not supported', node);
    default:
      for (const operand of node.args) check(operand, locals);
      return node.op === '+' ? 'dyn' : 'bool';
  }
}

/** Inngest removes quoted strings from an expression before it parses it. It supports only plain strings. */
function checkLiteral(node: Node & { op: 'value' }): Type {
  const source = node.input.slice(node.start, node.end);
  if (/^[bBrR]['"]|^('''|""")/.test(source)) {
    throw nodeError(
      `Inngest does not support ${source.slice(0, 3)}…: write a plain string, "…" or '…'`,
      node,
    );
  }
  if (node.args === null) return 'null_type';
  if (typeof node.args === 'boolean') return 'bool';
  if (typeof node.args === 'bigint') return 'int';
  if (node.args instanceof UnsignedInt) return 'uint';
  return typeof node.args === 'number' ? 'double' : 'string';
}

function checkName(node: Node & { op: 'id' }, locals: Locals): Type {
  const type = Object.hasOwn(locals, node.args) ? locals[node.args] : VARIABLES[node.args];
  if (type) return type;
  if (CONSTANTS.has(node.args)) return node.args === 'google' ? 'dyn' : 'type';
  throw nodeError(
    `Unknown name "${node.args}"; the known names are ${[...new Set(['event', 'async', ...Object.keys(locals)])].filter((name) => !Object.hasOwn(locals, name) || locals[name] !== undefined).join(', ')}`,
    node,
  );
}

function checkField(node: Node & { op: '.' }, locals: Locals): Type {
  const owner = check(node.args[0], locals);
  if (!isOneOf(owner, ['map']))
    throw nodeError(`A value of type ${nameOf(owner)} has no field ${node.args[1]}`, node);
  return typeof owner === 'object' && 'map' in owner ? owner.map[1] : 'dyn';
}

function checkIndex(node: Node & { op: '[]' }, locals: Locals): Type {
  const [ownerNode, indexNode] = node.args;
  const owner = check(ownerNode, locals);
  const index = check(indexNode, locals);
  if (owner === 'dyn') return 'dyn';
  const [key, value] = typeof owner === 'string' ? [] : 'list' in owner ? ['int', owner.list] : owner.map;
  if (key === undefined || value === undefined || !unify(key, index)) {
    throw nodeError(`A value of type ${nameOf(owner)} has no index of type ${nameOf(index)}`, node);
  }
  return value;
}

function checkHas(node: Node, args: readonly Node[], locals: Locals): Type {
  const [field] = args;
  if (args.length !== 1 || field?.op !== '.') {
    throw nodeError('has() needs exactly one field, such as has(event.data.x)', node);
  }
  check(field, locals);
  return 'bool';
}

function checkCall(
  node: Node,
  name: string,
  style: 'call' | 'method',
  args: readonly Node[],
  locals: Locals,
): Type {
  const known = FUNCTIONS.get(name);
  const [receiver] = args;
  const offset = style === 'method' && receiver ? node.input.indexOf(name, receiver.end) : node.pos;
  if (!known || ![style, 'both'].includes(known.style)) {
    throw nodeError(`Unknown ${style === 'method' ? 'method' : 'function'} ${name}()`, node, offset);
  }
  if (args.length > known.args.length || args.length < known.args.length - (known.optional ?? 0)) {
    const given = args.length - (style === 'method' ? 1 : 0);
    throw nodeError(`${name}() does not accept ${given} argument(s)`, node, offset);
  }
  for (const [at, arg] of args.entries()) {
    const type = check(arg, locals);
    if (!isOneOf(type, known.args[at] ?? []))
      throw nodeError(`${name}() does not accept a value of type ${nameOf(type)}`, arg);
  }
  return known.result;
}

function checkMacro(name: string, receiver: Node, args: readonly Node[], locals: Locals): Type {
  const range = check(receiver, locals);
  const [variable, ...bodies] = args as [Node & { op: 'id' }, ...Node[]];
  if (!isOneOf(range, ['list', 'map']))
    throw nodeError(`${name}() needs a list or a map, not a value of type ${nameOf(range)}`, receiver);
  const item = typeof range === 'string' ? 'dyn' : 'list' in range ? range.list : range.map[0];
  const inner = { ...locals, [variable.args]: item };
  const result = name === 'map' ? bodies.pop() : undefined;
  for (const condition of bodies) checkBool(condition, inner);
  if (name === 'filter') return { list: item };
  return result ? { list: check(result, inner) } : 'bool';
}

function checkUnary(node: Node & { op: '!_' | '-_' }, kinds: readonly string[], locals: Locals): Type {
  const operand = node.args;
  if (cancelsOut(node)) return check(operand.args as Node, locals);
  if ((operand.op === '!_' || operand.op === '-_') && operand.op !== node.op && isDirect(node)) {
    throw nodeError('! and - cannot follow one another without parentheses', operand);
  }
  const type = check(operand, locals);
  if (!isOneOf(type, kinds))
    throw nodeError(`${node.op[0]} does not accept a value of type ${nameOf(type)}`, operand);
  return node.op === '!_' ? 'bool' : type;
}

function checkConditional(node: Node & { op: '?:' }, locals: Locals): Type {
  const [condition, yes, no] = node.args;
  checkBool(condition, locals);
  const left = check(yes, locals);
  const right = check(no, locals);
  const type = unify(left, right);
  if (!type)
    throw nodeError(
      `The two results of ?: must have the same type, not ${nameOf(left)} and ${nameOf(right)}`,
      no,
    );
  return type;
}

function checkMembership(node: Node & { op: 'in' }, locals: Locals): Type {
  const [item, container] = node.args.map((operand) => check(operand, locals)) as [Type, Type];
  const kind =
    typeof container === 'string' ? container : 'list' in container ? container.list : container.map[0];
  if (!isOneOf(container, ['list', 'map']) || !unify(kind, item)) {
    throw nodeError(`A value of type ${nameOf(item)} cannot be in this ${nameOf(container)}`, node);
  }
  return 'bool';
}

function checkArithmetic(node: Node & { op: '-' | '*' | '/' | '%' }, locals: Locals): Type {
  const [left, right] = node.args.map((operand) => check(operand, locals)) as [Type, Type];
  const results = ARITHMETIC.filter(
    ([operators, a, b]) => operators.includes(node.op) && isOneOf(left, [a]) && isOneOf(right, [b]),
  ).map(([, , , result]) => result);
  if (results.length === 0) {
    throw nodeError(
      `${node.op} does not accept values of type ${nameOf(left)} and ${nameOf(right)}; convert with int() or double()`,
      node,
    );
  }
  return results.length === 1 ? (results[0] ?? 'dyn') : 'dyn';
}

function checkBool(node: Node, locals: Locals): void {
  const type = check(node, locals);
  if (!isOneOf(type, ['bool']))
    throw nodeError(`A condition (true or false) is needed here, not a value of type ${nameOf(type)}`, node);
}
