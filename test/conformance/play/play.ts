import type { Scenario } from '../scenario.js';
import type { Setup } from '../setup/setup.js';
import { playFlow } from './play-flow.js';
import { playGo } from './play-go.js';
import { playHttp } from './play-http.js';
import { playRun } from './play-run.js';
import { playSync } from './play-sync.js';

/** Plays a scenario. @returns a line for each thing that was not as it should be */
export function play(scenario: Scenario, setup: Setup): Promise<string[]> {
  if (scenario.kind === 'run') return playRun(scenario, setup);
  if (scenario.kind === 'http') return playHttp(scenario, setup);
  if (scenario.kind === 'go') return playGo(scenario, setup);
  if (scenario.kind === 'sync') return playSync(scenario, setup);
  return playFlow(scenario, setup);
}
