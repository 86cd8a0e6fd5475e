import { Duration, UnsignedInt } from '@marcbachmann/cel-js/evaluator';

/** A map: an object of the event's JSON, or a literal map of the expression, whose keys may have any type. */
export type CelMap = { readonly [key: string]: CelValue } | ReadonlyMap<CelValue, CelValue>;

/** A type as a value, the result of `type(x)`. */
export class CelType {
  constructor(readonly name: string) {}
}

/**
 * CEL's values. A `bigint` is an int, a `number` is a double (so is every number of an event's JSON), a `Date` is a
 * timestamp.
 */
export type CelValue =
  | null
  | boolean
  | bigint
  | number
  | string
  | UnsignedInt
  | Uint8Array
  | Date
  | Duration
  | CelType
  | readonly CelValue[]
  | CelMap;

/** The outcome of a path that does not exist in the event. Inngest calls it unknown; it is not a CEL value. */
export const ABSENT: unique symbol = Symbol('absent');

/** The outcome of a call that fails. Most operators treat it like {@link ABSENT}. */
export class Failure {
  constructor(readonly message: string) {}
}

/** The outcome of a part of an expression. */
export type Outcome = CelValue | typeof ABSENT | Failure;

export { Duration, UnsignedInt };

export function isValue(outcome: Outcome): outcome is CelValue {
  return outcome !== ABSENT && !(outcome instanceof Failure);
}

export function isList(value: Outcome): value is readonly CelValue[] {
  return Array.isArray(value);
}

export function isMap(value: Outcome): value is CelMap {
  return isValue(value) && typeOf(value) === 'map';
}

/** The name of a value's type in CEL; `unknown` or `error` for an outcome that is not a value. */
export function typeOf(value: Outcome): string {
  switch (typeof value) {
    case 'boolean':
      return 'bool';
    case 'bigint':
      return 'int';
    case 'number':
      return 'double';
    case 'string':
      return 'string';
    case 'symbol':
      return 'unknown';
    default:
      if (value === null) return 'null_type';
      if (Array.isArray(value)) return 'list';
      if (value instanceof Failure) return 'error';
      if (value instanceof UnsignedInt) return 'uint';
      if (value instanceof Uint8Array) return 'bytes';
      if (value instanceof Date) return 'google.protobuf.Timestamp';
      if (value instanceof Duration) return 'google.protobuf.Duration';
      if (value instanceof CelType) return 'type';
      return 'map';
  }
}

/**
 * Whether `||`, `&&` and the condition of `?:` treat an operand as true. False are: absent and failed operands, null,
 * false, "" and 0. An empty list or map is true.
 */
export function isTruthy(outcome: Outcome): boolean {
  if (!isValue(outcome) || outcome === null) return false;
  if (typeof outcome === 'object') return !(outcome instanceof UnsignedInt) || outcome.value !== 0n;
  // NaN is not 0, unlike in JavaScript.
  return typeof outcome === 'number' ? outcome !== 0 : Boolean(outcome);
}

/** The value of a key of a map, or undefined. Equal numbers of different types are the same key. */
export function mapGet(map: CelMap, key: CelValue): CelValue | undefined {
  if (map instanceof Map) {
    for (const [own, value] of map as ReadonlyMap<CelValue, CelValue>) if (isEqual(own, key)) return value;
    return undefined;
  }
  return typeof key === 'string' && Object.hasOwn(map, key)
    ? (map as Record<string, CelValue | undefined>)[key]
    : undefined;
}

export function mapEntries(map: CelMap): [CelValue, CelValue][] {
  if (map instanceof Map) return [...(map as ReadonlyMap<CelValue, CelValue>)];
  return Object.entries(map as Record<string, CelValue | undefined>).filter(
    (entry): entry is [string, CelValue] => entry[1] !== undefined,
  );
}

/** CEL's `==`: by value, across the three kinds of numbers; values of different types are not equal. */
export function isEqual(a: CelValue, b: CelValue): boolean {
  const left = numberOf(a);
  const right = numberOf(b);
  // Loose equality is exact between a bigint and a number.
  if (left !== undefined && right !== undefined) return left == right;
  const type = typeOf(a);
  if (type !== typeOf(b)) return false;
  if (isList(a) && isList(b)) return a.length === b.length && a.every((x, i) => isEqual(x, b[i] ?? null));
  if (type === 'map') {
    const entries = mapEntries(a as CelMap);
    return (
      entries.length === mapEntries(b as CelMap).length &&
      entries.every(([key, value]) => {
        const other = mapGet(b as CelMap, key);
        return other !== undefined && isEqual(value, other);
      })
    );
  }
  if (a instanceof Uint8Array) return Buffer.compare(a, b as Uint8Array) === 0;
  if (a instanceof Date || a instanceof Duration) return a.valueOf() === (b as Date | Duration).valueOf();
  if (a instanceof CelType) return a.name === (b as CelType).name;
  return a === b;
}

/** The number in an int, uint or double; undefined for anything else. */
export function numberOf(value: CelValue): bigint | number | undefined {
  if (typeof value === 'bigint' || typeof value === 'number') return value;
  return value instanceof UnsignedInt ? value.value : undefined;
}
