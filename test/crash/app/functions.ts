import type { Inngest, InngestFunction } from 'inngest';
import type { Journal } from '../journal.js';
import { flowFunctions } from './flow-functions.js';
import { JournaledSteps } from './journaled.js';
import { stepFunctions } from './step-functions.js';
import { waitingFunctions } from './waiting-functions.js';

/**
 * A function for everything that must outlive a killed server. Each journals its steps.
 *
 * @param home where this app answers `ok`
 */
export function functionsOf(client: Inngest, journal: Journal, home: string): InngestFunction.Any[] {
  const kit = { client, steps: new JournaledSteps(journal) };
  return [...stepFunctions(kit, home), ...waitingFunctions(kit), ...flowFunctions(kit)];
}
