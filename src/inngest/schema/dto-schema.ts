import type { StandardSchemaV1 } from 'inngest';
import { withoutField } from '../../common/field-errors.js';
import { validateDto, type DtoClass, type DtoOptions } from './validate-dto.js';

export type { DtoOptions as DtoSchemaOptions };

/** The fields of a DTO, as the plain object in an event's data. */
export type PlainDto<T> = { [K in keyof T]: T[K] };

/**
 * A DTO with class-validator decorators as a Standard Schema, so that one class defines the rules for REST and for
 * events:
 *
 * ```ts
 * export const importRequested = eventType('import/requested', { schema: dtoSchema(ImportDto) });
 * ```
 *
 * When the SDK (4.24) validates with it:
 * - on **receiving**, at the start of every call of the function: an invalid event fails its run immediately, without
 *   retries, with all field errors in the message of an `EventValidationError`;
 * - on **sending**, only events made by `importRequested.create(data)`: `inngest.send` then rejects. A plain
 *   `{ name, data }` is sent unchecked.
 *
 * It only validates. The SDK discards the value that the schema returns, and the handler gets the event as it was sent,
 * with unknown fields and without defaults. For an instance with defaults and transformations use
 * {@link parseEventData}.
 *
 * A class without such decorators accepts every object. Unknown fields are accepted unless `forbidUnknownFields` is
 * set, because events come from many senders.
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
