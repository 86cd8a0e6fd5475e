import type { ValidationError } from 'class-validator';

/**
 * class-validator rejects an object whose class has no decorators, and names no property. The meaning depends on the
 * object:
 * - an instance of a class has nothing to check, so it is valid;
 * - a plain object is a nested value without `@Type`, which only the author of the DTO can fix.
 *
 * @returns the remaining errors, each with its property
 */
export function withoutUncheckedValues(
  errors: readonly ValidationError[],
  forbidUnknownFields: boolean,
): ValidationError[] {
  return errors.flatMap((error) => {
    const children = error.children ?? [];
    const unchecked = children.find(isUnchecked);
    if (unchecked === undefined) return keep(error, withoutUncheckedValues(children, forbidUnknownFields));
    const { target } = unchecked;
    if (isInstance(target)) return keep(error, checkFields(target, forbidUnknownFields));
    const missing = `${error.property} needs @Type(() => …) beside @ValidateNested(): without it its fields cannot be checked`;
    error.constraints = { ...error.constraints, unknownValue: missing };
    return keep(error, []);
  });
}

/** Whether this error is about an object as a whole. */
export function isUnchecked({ property, constraints }: ValidationError): boolean {
  return property === undefined && constraints?.['unknownValue'] !== undefined;
}

/**
 * Removes or rejects unknown fields of an instance whose class has no decorators of class-validator. A field is known
 * if it has another decorator, such as `@Type` or `@Expose`, or if its declaration creates the field.
 */
export function checkFields(instance: object, forbidUnknownFields: boolean): ValidationError[] {
  const { constructor: Dto, ...own } = instance as { constructor: new () => object };
  const declared = new Set(Object.keys(new Dto()));
  const unknown = Object.keys(own).filter(
    (field) => !declared.has(field) && !Reflect.hasMetadata('design:type', Dto.prototype as object, field),
  );
  if (forbidUnknownFields) return unknown.map((property) => refused(instance, property));
  for (const field of unknown) Reflect.deleteProperty(instance, field);
  return [];
}

function isInstance(target: object | undefined): target is object {
  return target !== undefined && ![Object.prototype, null].includes(Object.getPrototypeOf(target) as null);
}

function keep(error: ValidationError, children: ValidationError[]): ValidationError[] {
  const hasOwn = Object.keys(error.constraints ?? {}).length > 0;
  error.children = children;
  return hasOwn || children.length > 0 ? [error] : [];
}

function refused(target: object, property: string): ValidationError {
  return {
    target,
    property,
    constraints: { whitelistValidation: `property ${property} should not exist` },
  };
}
