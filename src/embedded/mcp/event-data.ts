import { isRecord } from '../../common/is-record.js';

/** Schema of the argument that {@link eventData} reads. */
export const DATA = {
  description: 'The data of the event: a JSON object. Anything else is sent as {"value": …}',
};

/** As the Dev Server does it: text that is a JSON object becomes that object, and any other value `{value}`. */
export function eventData(given: unknown): Record<string, unknown> {
  if (given === undefined || given === null) return {};
  const value = typeof given === 'string' ? parsed(given) : given;
  return isRecord(value) ? value : { value: given };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
