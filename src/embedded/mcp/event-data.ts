import { isRecord } from '../../common/is-record.js';

/** The schema of the argument that {@link eventData} reads. */
export const DATA = {
  description: 'The data of the event: a JSON object. Anything else is sent as {"value": …}',
};

/** Like the Dev Server: a string that contains a JSON object becomes that object; any other value becomes `{value}`. */
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
