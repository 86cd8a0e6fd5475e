import { InvalidEventError } from '../errors/invalid-event.error.js';
import { validateDto, type DtoClass, type DtoOptions } from './validate-dto.js';

/**
 * The data of an event as an instance of its DTO: defaults set, transformations done, unknown fields left out.
 *
 * @throws InvalidEventError (a `NonRetriableError`) when it does not fit: the run fails at once, without retries, its
 * output naming every wrong field, in words and, under `cause.fields`, as data
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
