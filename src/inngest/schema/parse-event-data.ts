import { InvalidEventError } from '../errors/invalid-event.error.js';
import { validateDto, type DtoClass, type DtoOptions } from './validate-dto.js';

/**
 * The data of an event as an instance of its DTO, with defaults and transformations and without unknown fields.
 *
 * @throws InvalidEventError (a `NonRetriableError`) if the data is invalid. The run then fails immediately, without
 * retries. Its output names every wrong field, in the message and, under `cause.fields`, as data
 */
export async function parseEventData<T extends object>(
  Dto: DtoClass<T>,
  data: unknown,
  options?: DtoOptions,
): Promise<T> {
  const result = await validateDto(Dto, data, options);
  if (!result.ok) throw new InvalidEventError(result.errors);
  return result.value;
}
