import type { Inngest, InngestFunction } from 'inngest';
import type { Journal } from '../journal.js';
import { flowFunctions } from './flow-functions.js';
import { JournaledSteps } from './journaled.js';
import { stepFunctions } from './step-functions.js';
import { waitingFunctions } from './waiting-functions.js';

/**
 * The functions of the second app: one for everything that must survive the kill of a server. Each function writes its steps to
 * the journal.
 *
 * @param home the URL at which this app answers `ok`
 */
export function functionsOf(client: Inngest, journal: Journal, home: string): InngestFunction.Any[] {
  const kit = { client, steps: new JournaledSteps(journal) };
  return [...stepFunctions(kit, home), ...waitingFunctions(kit), ...flowFunctions(kit)];
}
