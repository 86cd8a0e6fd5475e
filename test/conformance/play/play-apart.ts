import type { Scenario } from '../scenario.js';
import { Setup } from '../setup/setup.js';
import type { Target } from '../setup/target.js';

/** The retry interval of the server that is started for a row about it, in seconds. */
const RETRY_INTERVAL = 1;

/** Whether the row needs another server than the rest of the table. */
export function isApart({ apart, withRetryInterval }: Scenario, { retryInterval }: Target): boolean {
  return apart === true || (withRetryInterval === true && retryInterval === undefined);
}

/**
 * Plays a row on another server, started for this row only.
 *
 * @throws Error when no other server can be started
 */
export async function playApart(
  scenario: Scenario,
  { another }: Target,
  play: (setup: Setup) => Promise<string[]>,
): Promise<string[]> {
  if (!another) throw new Error('No other server can be started for this row.');
  const options = scenario.withRetryInterval ? { retryInterval: RETRY_INTERVAL } : {};
  const setup = await Setup.setFor(scenario, await another(options));
  try {
    return await play(setup);
  } finally {
    await setup.close();
  }
}
