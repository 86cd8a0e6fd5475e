import type { Scenario } from '../scenario.js';
import { Setup } from '../setup/setup.js';
import type { Target } from '../setup/target.js';

/** The retry interval of a server that is started for a row about it, in seconds. */
const RETRY_INTERVAL = 1;

/** Whether the row is not for the server that the others are played on. */
export function isApart({ apart, withRetryInterval }: Scenario, { retryInterval }: Target): boolean {
  return apart === true || (withRetryInterval === true && retryInterval === undefined);
}

/**
 * Plays a row on another server, which is started for it alone.
 *
 * @throws Error when no other one can be started
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
