import type * as ClassTransformer from 'class-transformer';
import type * as ClassValidator from 'class-validator';
import { fieldErrors, type FieldError } from '../../common/field-errors.js';
import { optionalPackage } from '../../common/optional-package.js';
import { checkFields, isUnchecked, withoutUncheckedValues } from './unchecked-values.js';

export type DtoClass<T extends object> = new () => T;

export interface DtoOptions {
  /** Reject fields that the DTO does not name, instead of removing them. Default `false`. */
  forbidUnknownFields?: boolean;
}

export type DtoResult<T> = { ok: true; value: T } | { ok: false; errors: FieldError[] };

/**
 * Turns plain data into an instance of the DTO and checks it with class-validator, async constraints included.
 *
 * @throws MissingPackageError if class-transformer or class-validator is not installed
 */
export async function validateDto<T extends object>(
  Dto: DtoClass<T>,
  data: unknown,
  { forbidUnknownFields = false }: DtoOptions = {},
): Promise<DtoResult<T>> {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) {
    return { ok: false, errors: [{ field: '', messages: ['must be an object'] }] };
  }
  const [{ plainToInstance }, { validate }] = await libraries();
  const value = plainToInstance(Dto, data);
  const found = await validate(value, { whitelist: true, forbidNonWhitelisted: forbidUnknownFields });
  const errors = found.some(isUnchecked)
    ? checkFields(value, forbidUnknownFields)
    : withoutUncheckedValues(found, forbidUnknownFields);
  return errors.length === 0 ? { ok: true, value } : { ok: false, errors: fieldErrors(errors) };
}

/** Loads the packages at the first validation, because an application without DTOs need not install them. */
function libraries(): Promise<[typeof ClassTransformer, typeof ClassValidator]> {
  return Promise.all([
    optionalPackage('class-transformer', 'A DTO', () => import('class-transformer')),
    optionalPackage('class-validator', 'A DTO', () => import('class-validator')),
  ]);
}
