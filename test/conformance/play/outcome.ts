import type { Scenario } from '../scenario.js';
import type { Setup } from '../setup/setup.js';
import { longestSeconds } from './gaps.js';
import { play } from './play.js';

export type Outcome =
  | { kind: 'passed' }
  | { kind: 'failed'; wrong: readonly string[] }
  /** Why the scenario was not played. */
  | { kind: 'notTested'; why: string };

export interface Result {
  scenario: Scenario;
  outcome: Outcome;
}

/** Scenarios that take longer than this in real time are left out, unless slow ones are selected. */
const SLOW_SECONDS = 15;

/** Which scenarios to play on a server that the user names. */
export interface Selection {
  /** Whether to play slow scenarios in real time, too. */
  slow: boolean;
  /** Only scenarios whose id contains this text. */
  only?: string;
}

/** Plays one scenario and returns the outcome. Never throws. */
export async function outcomeOf(scenario: Scenario, setup: Setup, selection: Selection): Promise<Outcome> {
  const why = reasonToSkip(scenario, setup, selection);
  if (why !== undefined) return { kind: 'notTested', why };
  try {
    const wrong = await play(scenario, setup);
    return wrong.length === 0 ? { kind: 'passed' } : { kind: 'failed', wrong };
  } catch (error) {
    return { kind: 'failed', wrong: [(error as Error).stack ?? String(error)] };
  }
}

function reasonToSkip(scenario: Scenario, { target }: Setup, { slow, only }: Selection): string | undefined {
  if (only !== undefined && !scenario.id.includes(only)) return 'not asked for';
  if (scenario.withoutKeys && target.signingKey !== undefined) return 'the server has keys';
  if (scenario.withKeys && target.signingKey === undefined) {
    return 'it speaks of a server with keys: name them with --event-key and --signing-key';
  }
  if (scenario.kind === 'sync' && !target.sync) {
    return 'this server cannot be told to ask an app for its functions';
  }
  if (!target.isRealTime) return undefined;
  if (scenario.withRetryInterval && target.retryInterval === undefined) {
    return 'it speaks of a server with --retry-interval: start it with one, and name that here';
  }
  if (scenario.onlyEmbedded !== undefined) return scenario.onlyEmbedded;
  const seconds = scenario.kind === 'run' ? longestSeconds(scenario, target) : 0;
  if (seconds <= SLOW_SECONDS || slow) return undefined;
  return `takes up to ${seconds} s in real time; --slow includes it`;
}
