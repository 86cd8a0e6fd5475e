/** The type of a value, as known before the evaluation. Fields of events are `dyn`: of any type. */
export type Type = string | { list: Type } | { map: readonly [key: Type, value: Type] };

export const TIMESTAMP = 'google.protobuf.Timestamp';
export const DURATION = 'google.protobuf.Duration';

/** The common type of two types, or undefined if there is none. `dyn` fits every type. */
export function unify(a: Type, b: Type): Type | undefined {
  if (a === 'dyn' || b === 'dyn') return 'dyn';
  if (typeof a === 'string' || typeof b === 'string') return a === b ? a : undefined;
  if ('list' in a) {
    const item = 'list' in b ? unify(a.list, b.list) : undefined;
    return item && { list: item };
  }
  if (!('map' in b)) return undefined;
  const key = unify(a.map[0], b.map[0]);
  const value = unify(a.map[1], b.map[1]);
  return key && value && { map: [key, value] };
}

/** The type of a list's items, or of a map's keys or values: their common type, otherwise `dyn`. */
export function join(types: readonly Type[]): Type {
  return types.reduce((all, type) => unify(all, type) ?? 'dyn', types[0] ?? 'dyn');
}

/**
 * Whether a value of the type can be one of the named kinds (`list` and `map` without their contents, or `any`).
 * Timestamps and durations can be null.
 */
export function isOneOf(type: Type, kinds: readonly string[]): boolean {
  if (type === 'dyn' || kinds.includes('any') || kinds.includes(nameOf(type))) return true;
  return type === 'null_type' && (kinds.includes(TIMESTAMP) || kinds.includes(DURATION));
}

export function nameOf(type: Type): string {
  if (typeof type === 'string') return type;
  return 'list' in type ? 'list' : 'map';
}
