import { isMacro, type Node, nodeError } from './syntax.js';

/** Conversions are allowed: they do not count as calculations. */
const CONVERSIONS = new Set(['int', 'uint', 'double']);

/** Checks that an expression only compares values and combines the results. @throws ExpressionSyntaxError otherwise */
export function logicOnly(node: Node): void {
  switch (node.op) {
    case 'value':
    case 'id':
    case 'list':
    case 'map':
      return;
    case '.':
      return logicOnly(node.args[0]);
    case '!_':
      return logicOnly(node.args);
    case 'call': {
      const [name, args] = node.args;
      if (!CONVERSIONS.has(name)) throw nodeError(`Only comparisons are allowed here, not ${name}()`, node);
      return args.forEach(logicOnly);
    }
    case 'rcall': {
      const [name, , args] = node.args;
      throw nodeError(
        `Only comparisons are allowed here, not ${isMacro(name, args) ? 'the macro ' : ''}${name}()`,
        node,
      );
    }
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
      throw nodeError(`Only comparisons are allowed here, not ${node.op}`, node);
    case '-_':
      // The minus of a negative number is allowed.
      if (node.args.op !== 'value') throw nodeError('Only comparisons are allowed here, not -', node);
      return;
    case '.?':
    case '[?]':
      return;
    default:
      for (const part of node.args) logicOnly(part);
  }
}
