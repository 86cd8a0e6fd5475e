import type { Scenario } from '../scenario.js';
import type { Setup } from '../setup/setup.js';
import { isApart, playApart } from './play-apart.js';
import { playConnect } from './play-connect.js';
import { playFlow } from './play-flow.js';
import { playGo } from './play-go.js';
import { playHttp } from './play-http.js';
import { playRun } from './play-run.js';
import { playSchedule } from './play-schedule.js';
import { playSubscription } from './play-subscription.js';
import { playSync } from './play-sync.js';

/** Plays a scenario. @returns a line for each mismatch */
export function play(scenario: Scenario, setup: Setup): Promise<string[]> {
  const { target } = setup;
  return isApart(scenario, target)
    ? playApart(scenario, target, (another) => playOn(scenario, another))
    : playOn(scenario, setup);
}

function playOn(scenario: Scenario, setup: Setup): Promise<string[]> {
  if (scenario.kind === 'run') return playRun(scenario, setup);
  if (scenario.kind === 'http') return playHttp(scenario, setup);
  if (scenario.kind === 'go') return playGo(scenario, setup);
  if (scenario.kind === 'connect') return playConnect(scenario, setup);
  if (scenario.kind === 'schedule') return playSchedule(scenario, setup);
  if (scenario.kind === 'subscription') return playSubscription(scenario, setup);
  if (scenario.kind === 'sync') return playSync(scenario, setup);
  return playFlow(scenario, setup);
}
