import type { ValidationError } from 'class-validator';

/** What is wrong with one field. */
export interface FieldError {
  /** The field's path with dots, e.g. `address.street`; empty for the value as a whole. */
  readonly field: string;
  readonly messages: readonly string[];
}

/** The errors of class-validator as a flat list: a nested object's fields follow the object that holds them. */
export function fieldErrors(errors: readonly ValidationError[], parent = ''): FieldError[] {
  return errors.flatMap(({ property, constraints, children = [] }) => {
    const field = parent + property;
    const own = constraints === undefined ? [] : [{ field, messages: Object.values(constraints) }];
    return [...own, ...fieldErrors(children, `${field}.`)];
  });
}

/** A message of class-validator without the property's name, with which it begins, for texts that name the path before it. */
export function withoutField(field: string, message: string): string {
  const property = `${field.split('.').at(-1)} `;
  return message.startsWith(property) ? message.slice(property.length) : message;
}
