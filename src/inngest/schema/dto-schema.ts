import type { StandardSchemaV1 } from 'inngest';
import { withoutField } from '../../common/field-errors.js';
import { validateDto, type DtoClass, type DtoOptions } from './validate-dto.js';

export type { DtoOptions as DtoSchemaOptions };

/** The fields of a DTO as the plain object that an event carries. */
export type PlainDto<T> = { [K in keyof T]: T[K] };

/**
 * A DTO with class-validator decorators as a Standard Schema, so that one class is the truth for REST and for events:
 *
 * ```ts
 * export const importRequested = eventType('import/requested', { schema: dtoSchema(ImportDto) });
 * ```
 *
 * When the SDK (4.24) validates with it:
 * - on **receiving**, at the top of every call of the function: a bad event fails its run at once, without retries,
 *   with all field errors in the message of an `EventValidationError`;
 * - on **sending**, only events made by `importRequested.create(data)`: `inngest.send` then rejects. A plain
 *   `{ name, data }` is sent unchecked.
 *
 * It validates and no more: what the schema returns is thrown away and the handler gets the event as it came, unknown
 * fields, absent defaults and all. For an instance with defaults and transformations use {@link parseEventData}.
 *
 * A class without such decorators fits every object. Fields that the DTO does not name are let pass unless `forbidUnknownFields` is set: events come from many senders.
 */
export function dtoSchema<T extends object>(
  Dto: DtoClass<T>,
  options?: DtoOptions,
): StandardSchemaV1<PlainDto<T>, PlainDto<T>> {
  return {
    '~standard': {
      version: 1,
      vendor: 'class-validator',
      validate: async (data) => {
        const result = await validateDto(Dto, data, options);
        if (result.ok) return { value: result.value };
        return {
          issues: result.errors.flatMap(({ field, messages }) =>
            messages.map((message) => ({
              message: withoutField(field, message),
              path: field === '' ? [] : field.split('.'),
            })),
          ),
        };
      },
    },
  };
}
