import type { ValidationError } from 'class-validator';

/** The errors of one field. */
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

/** The words that follow the property's name if the name is the subject of the sentence. */
const VERB = /^(must|should|needs?|is|has|contains|does|can|cannot|may) /;

/**
 * Removes the property's name from a message, for texts that print the path before it. Only if the name is the subject:
 * for a property `a`, "a must be a string" is shortened, and "a longer one is needed" is not.
 */
export function withoutField(field: string, message: string): string {
  const property = `${field.split('.').at(-1)} `;
  const rest = message.startsWith(property) ? message.slice(property.length) : '';
  return VERB.test(rest) ? rest : message;
}
