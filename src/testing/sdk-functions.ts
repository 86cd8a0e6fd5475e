import type { SdkClient } from './client-loan.js';
import type { SdkFunction } from './sdk-handler.js';

/** The suffix that the SDK appends to a function's id for the id of its failure handler. */
const FAILURE = '-failure';

/** @throws TypeError if the list is empty, or if an entry is not a function of the SDK */
export function assertFunctions(functions: readonly SdkFunction[], call: string): void {
  if (!Array.isArray(functions) || functions.length === 0) {
    throw new TypeError(`${call} needs a list with at least one Inngest function.`);
  }
  const wrong = functions.findIndex(
    (fn: unknown) => typeof (fn as SdkFunction | undefined)?.id !== 'function',
  );
  if (wrong < 0) return;
  throw new TypeError(
    `${call}: entry ${wrong} of the list is not an Inngest function. Create it with client.createFunction(…), and check ` +
      'that its import is not undefined.',
  );
}

/** The client that created a function. @throws TypeError if it has none */
export function clientOf(fn: SdkFunction): SdkClient {
  const { client } = fn as SdkFunction & { client?: SdkClient };
  if (client) return client;
  throw new TypeError(`The function "${fn.id()}" has no client. Create it with client.createFunction(…).`);
}

/**
 * Finds a function by its id, with or without its client's id before it, or a function's failure handler.
 *
 * @returns the function, and its id in the SDK's handler
 * @throws TypeError if there is none, or if there are several and `id` is undefined
 */
export function chooseFunction(
  functions: readonly SdkFunction[],
  id: string | undefined,
): { fn: SdkFunction; slug: string } {
  const ids = functions.map((fn) => fn.id()).join(', ');
  const [first] = functions;
  if (id === undefined) {
    if (first && functions.length === 1) return { fn: first, slug: slugOf(first) };
    throw new TypeError(`The fixture names no "function", and there are several: ${ids}.`);
  }
  for (const fn of functions) {
    const names = [fn.id(), slugOf(fn)];
    if (names.includes(id)) return { fn, slug: slugOf(fn) };
    if (names.some((name) => name + FAILURE === id)) return { fn, slug: slugOf(fn) + FAILURE };
  }
  throw new TypeError(`The fixture belongs to the function "${id}", which is not among: ${ids}.`);
}

function slugOf(fn: SdkFunction): string {
  return fn.id(clientOf(fn).id);
}
