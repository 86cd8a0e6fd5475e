import { CONSTANTS, isMacro, type Node } from './syntax.js';

/** A variable and the fields below it, such as `event`, `data`, `x`. */
export type Path = readonly [root: string, ...fields: string[]];

/**
 * The paths that Inngest finds in an expression before it evaluates it. Not among them are paths in lists, maps and the
 * bodies of macros, and the receiver of a method. There, a missing field is an error and not an absent value. The
 * difference shows only if such a value is the result, or an operand of `+`.
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

/** The paths that do not exist in the variables. A path may end at `null`, but not continue below it. */
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
 * Whether the path of `root` and `keys` is an absent path, or is below or above one. Above, too, because if `event.data.x`
 * is absent, `event.data` in the same expression counts as absent (measured on Inngest 1.43).
 */
export function touches(absent: readonly Path[], root: string, keys: readonly unknown[]): boolean {
  return absent.some(
    ([variable, ...fields]) =>
      variable === root && keys.every((key, at) => at >= fields.length || key === fields[at]),
  );
}
