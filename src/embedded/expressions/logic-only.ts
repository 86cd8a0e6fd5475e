import { isMacro, type Node, nodeError } from './syntax.js';

/** Conversions are no calculations. */
const CONVERSIONS = new Set(['int', 'uint', 'double']);

/** @throws ExpressionSyntaxError when the expression does more than compare and combine */
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
      if (!CONVERSIONS.has(name)) throw nodeError(`Only comparisons are possible here, not ${name}()`, node);
      return args.forEach(logicOnly);
    }
    case 'rcall': {
      const [name, , args] = node.args;
      throw nodeError(
        `Only comparisons are possible here, not ${isMacro(name, args) ? 'the macro ' : ''}${name}()`,
        node,
      );
    }
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
      throw nodeError(`Only comparisons are possible here, not ${node.op}`, node);
    case '-_':
      // A negative number is a number.
      if (node.args.op !== 'value') throw nodeError('Only comparisons are possible here, not -', node);
      return;
    case '.?':
    case '[?]':
      return;
    default:
      for (const part of node.args) logicOnly(part);
  }
}
