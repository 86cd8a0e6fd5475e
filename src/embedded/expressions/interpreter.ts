import { type Path, touches } from './missing-paths.js';
import { type Budget, KEYS_PER_STEP, payForArguments } from './cost.js';
import { FUNCTIONS } from './functions.js';
import { goText } from './go-text.js';
import { withInngestRules } from './inngest-rules.js';
import { OPERATORS } from './operators.js';
import type { Implementation } from './standard.js';
import { cancelsOut, CONSTANTS, isMacro, type Node } from './syntax.js';
import {
  ABSENT,
  type CelValue,
  Failure,
  type Outcome,
  isList,
  isMap,
  isTruthy,
  isValue,
  mapEntries,
  mapGet,
} from './values.js';

/** The steps of a function or an operator, besides those of its operands. */
const CALL_PRICE = 5;
/** The steps of a macro for each element, besides those of its body. */
const ELEMENT_PRICE = 2;
/** The number of absent paths that are compared with a path in the time of one step. */
const ABSENT_PATHS_PER_STEP = 8;

/** The context of an evaluation. */
export interface Scope {
  variables: Readonly<Record<string, CelValue | undefined>>;
  absent: readonly Path[];
  /** The variables of the enclosing macros, the innermost first. */
  locals?: { name: string; value: CelValue; outer: Scope['locals'] };
  now: number;
  budget: Budget;
}

/** Evaluates a node with the rules of {@link withInngestRules}. @throws EvaluationAborted only */
export function interpret(node: Node, scope: Scope): Outcome {
  scope.budget.spend(1);
  switch (node.op) {
    case 'value':
      return literal(node);
    case 'id':
    case '.':
    case '[]':
      return follow(node, scope);
    case '?:':
      return interpret(isTruthy(interpret(node.args[0], scope)) ? node.args[1] : node.args[2], scope);
    // Both operands are evaluated. As in JavaScript, the result is one of the operands, of whatever type.
    case '||': {
      const left = interpret(node.args[0], scope);
      const right = interpret(node.args[1], scope);
      return isTruthy(left) ? left : right;
    }
    case '&&': {
      const left = interpret(node.args[0], scope);
      const right = interpret(node.args[1], scope);
      return isTruthy(left) ? right : left;
    }
    case '!_':
    case '-_':
      return cancelsOut(node)
        ? interpret(node.args.args as Node, scope)
        : apply(node.op, OPERATORS[node.op], [node.args], scope);
    case 'call': {
      const [name, args] = node.args;
      return name === 'has' ? has(args[0] as Node, scope) : callFunction(name, args, scope);
    }
    case 'rcall': {
      const [name, receiver, args] = node.args;
      return isMacro(name, args)
        ? macro(name, receiver, args, scope)
        : callFunction(name, [receiver, ...args], scope);
    }
    case 'list':
      return all(node.args, scope);
    case 'map': {
      const items = all(node.args.flat(), scope);
      if (!isList(items)) return items;
      return new Map(node.args.map((_entry, at) => [items[2 * at] ?? null, items[2 * at + 1] ?? null]));
    }
    case '.?':
    case '[?]':
      return new Failure('optional fields are not supported');
    default:
      return apply(node.op, OPERATORS[node.op], node.args, scope);
  }
}

/**
 * The value of a literal. Backslash escapes in strings are not decoded, because the real server removes the strings before
 * it parses the expression (measured on Inngest 1.43).
 */
function literal(node: Node & { op: 'value' }): CelValue {
  return typeof node.args === 'string' ? node.input.slice(node.start + 1, node.end - 1) : node.args;
}

function callFunction(name: string, args: readonly Node[], scope: Scope): Outcome {
  const known = FUNCTIONS.get(name);
  if (!known) return new Failure(`no such function: ${name}`);
  const outcomes = args.map((arg) => interpret(arg, scope));
  scope.budget.spend(known.price?.(outcomes) ?? 0);
  return applyTo(name, known.apply, outcomes, scope);
}

function apply(name: string, strict: Implementation, args: readonly Node[], scope: Scope): Outcome {
  return applyTo(
    name,
    strict,
    args.map((arg) => interpret(arg, scope)),
    scope,
  );
}

function applyTo(name: string, strict: Implementation, args: readonly Outcome[], scope: Scope): Outcome {
  scope.budget.spend(CALL_PRICE);
  payForArguments(name, args, scope.budget);
  const result = withInngestRules(name, args, (values) => strict(values, scope));
  scope.budget.spendOn(result);
  return result;
}

/** The values of all nodes, or the first outcome that is not a value. */
function all(nodes: readonly Node[], scope: Scope): CelValue[] | typeof ABSENT | Failure {
  const values: CelValue[] = [];
  for (const node of nodes) {
    const outcome = interpret(node, scope);
    if (!isValue(outcome)) return outcome;
    values.push(outcome);
  }
  return values;
}

/** Evaluates a variable with the fields and indexes that follow it. */
function follow(node: Node, scope: Scope): Outcome {
  const { base, keys } = unfold(node);
  const values: CelValue[] = [];
  for (const key of keys) {
    const value = typeof key === 'string' ? key : interpret(key, scope);
    if (!isValue(value)) return value;
    values.push(value);
  }
  let value = start(base, values, scope);
  for (const key of values) {
    if (!isValue(value)) return value;
    value = step(value, key);
  }
  return value;
}

function unfold(node: Node): { base: Node; keys: (string | Node)[] } {
  const keys: (string | Node)[] = [];
  let base = node;
  while (base.op === '.' || base.op === '[]') {
    keys.unshift(base.args[1]);
    base = base.args[0];
  }
  return { base, keys };
}

function start(base: Node, keys: readonly CelValue[], scope: Scope): Outcome {
  if (base.op !== 'id') return interpret(base, scope);
  const name = base.args;
  for (let local = scope.locals; local; local = local.outer) if (local.name === name) return local.value;
  scope.budget.spend(scope.absent.length / ABSENT_PATHS_PER_STEP);
  if (touches(scope.absent, name, keys)) return ABSENT;
  return scope.variables[name] ?? CONSTANTS.get(name) ?? new Failure(`no such attribute: ${name}`);
}

function step(value: CelValue, key: CelValue): Outcome {
  const found = isMap(value) ? mapGet(value, key) : isList(value) ? itemAt(value, key) : undefined;
  return found === undefined ? new Failure(`no such key: ${goText(key)}`) : found;
}

function itemAt(list: readonly CelValue[], key: CelValue): Outcome | undefined {
  const index = Number(key);
  if ((typeof key !== 'bigint' && typeof key !== 'number') || !Number.isInteger(index)) return undefined;
  return list[index] === undefined ? new Failure(`index out of bounds: ${index}`) : list[index];
}

/** On an absent path, `has` is absent too, so `!has(event.data.x)` is false (measured on Inngest 1.43). */
function has(field: Node, scope: Scope): Outcome {
  const outcome = follow(field, scope);
  if (!(outcome instanceof Failure)) return outcome === ABSENT ? ABSENT : true;
  const owner = interpret((field as Node & { op: '.' }).args[0], scope);
  return isValue(owner) ? false : owner;
}

/** Evaluates a macro as CEL defines it, but with the operators of {@link withInngestRules}. */
function macro(name: string, receiver: Node, args: readonly Node[], scope: Scope): Outcome {
  const range = interpret(receiver, scope);
  if (!isValue(range)) return range;
  const items = isMap(range) ? mapEntries(range).map(([key]) => key) : range;
  if (!isList(items)) return new Failure('expected a list or a map');
  scope.budget.spend(items.length / KEYS_PER_STEP);

  const [variable, first, second] = args;
  const evaluate = (body: Node | undefined, value: CelValue): Outcome => {
    scope.budget.spend(ELEMENT_PRICE);
    return interpret(body as Node, {
      ...scope,
      locals: { name: (variable as Node & { op: 'id' }).args, value, outer: scope.locals },
    });
  };
  switch (name) {
    case 'exists':
      for (const item of items) {
        const outcome = evaluate(first, item);
        if (outcome !== false) return outcome;
      }
      return false;
    case 'all': {
      let result: Outcome = true;
      for (const item of items) {
        if (result === false || !isValue(result)) break;
        const outcome = evaluate(first, item);
        if (isTruthy(result)) result = outcome;
      }
      return result;
    }
    case 'exists_one':
      return items.filter((item) => isTruthy(evaluate(first, item))).length === 1;
    case 'filter':
      return items.filter((item) => isTruthy(evaluate(first, item)));
    default: {
      const condition = second && first;
      const mapped: CelValue[] = [];
      let result: Outcome = mapped;
      for (const item of items) {
        if (condition && !isTruthy(evaluate(condition, item))) continue;
        const outcome = evaluate(second ?? first, item);
        if (isList(result) && isValue(outcome)) {
          mapped.push(outcome);
          continue;
        }
        result = applyTo('+', OPERATORS['+'], [result, isValue(outcome) ? [outcome] : outcome], scope);
      }
      return result;
    }
  }
}
