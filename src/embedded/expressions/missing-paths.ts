import { CONSTANTS, isMacro, type Node } from './syntax.js';

/** A variable and the fields below it, such as `event`, `data`, `x`. */
export type Path = readonly [root: string, ...fields: string[]];

/**
 * The paths that an expression follows, as Inngest sees them: those it can read off before evaluating. It looks neither
 * into lists, maps and the bodies of macros, nor at what a method is called on; there a missing field is an error, not
 * an absent value. The difference shows only where such a value is the result, or an operand of `+`.
 */
export function pathsOf(expression: Node): Path[] {
  const paths: Path[] = [];
  const rest = [expression];
  for (let node = rest.pop(); node; node = rest.pop()) {
    switch (node.op) {
      case '.': {
        const path = pathOf(node);
        if (path) paths.push(path);
        break;
      }
      case 'call':
        rest.push(...node.args[1]);
        break;
      case 'rcall': {
        const [name, receiver, args] = node.args;
        rest.push(...(isMacro(name, args) ? [receiver] : args));
        break;
      }
      case '!_':
      case '-_':
        rest.push(node.args);
        break;
      case 'value':
      case 'id':
      case 'list':
      case 'map':
      case '.?':
      case '[?]':
        break;
      default:
        rest.push(...node.args);
    }
  }
  return paths;
}

function pathOf(node: Node): Path | undefined {
  const fields: string[] = [];
  let base = node;
  while (base.op === '.') {
    fields.unshift(base.args[1]);
    base = base.args[0];
  }
  return base.op === 'id' && !CONSTANTS.has(base.args) ? [base.args, ...fields] : undefined;
}

/** Those of the paths that lead nowhere. A `null` at the end is something, one on the way is not. */
export function missingPaths(paths: readonly Path[], variables: Readonly<Record<string, unknown>>): Path[] {
  return paths.filter((path) => {
    let value: unknown = variables;
    for (const key of path) {
      if (typeof value !== 'object' || value === null || Array.isArray(value) || !Object.hasOwn(value, key))
        return true;
      value = (value as Record<string, unknown>)[key];
      if (value === undefined) return true;
    }
    return false;
  });
}

/**
 * Whether following `keys` from `root` leads to, through or above an absent path. Above too: where `event.data.x` is
 * absent, `event.data` in the same expression counts as absent (tried on Inngest 1.43).
 */
export function touches(absent: readonly Path[], root: string, keys: readonly unknown[]): boolean {
  return absent.some(
    ([variable, ...fields]) =>
      variable === root && keys.every((key, at) => at >= fields.length || key === fields[at]),
  );
}
