/** What is wrong with one field. */
export interface FieldError {
  /** The field's path with dots, e.g. `address.street`; empty for the value as a whole. */
  readonly field: string;
  readonly messages: readonly string[];
}

/** class-validator begins its messages with the property's name; where the path stands in front already, that is cut. */
export function withoutField(field: string, message: string): string {
  const property = `${field.split('.').at(-1)} `;
  return message.startsWith(property) ? message.slice(property.length) : message;
}
