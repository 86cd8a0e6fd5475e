import type { Scenario } from '../scenario.js';
import type { Stage } from '../stage/stage.js';
import { playFlow } from './play-flow.js';
import { playGo } from './play-go.js';
import { playHttp } from './play-http.js';
import { playRun } from './play-run.js';
import { playSync } from './play-sync.js';

/** Plays a scenario. @returns a line for each thing that was not as it should be */
export function play(scenario: Scenario, stage: Stage): Promise<string[]> {
  if (scenario.kind === 'run') return playRun(scenario, stage);
  if (scenario.kind === 'http') return playHttp(scenario, stage);
  if (scenario.kind === 'go') return playGo(scenario, stage);
  if (scenario.kind === 'sync') return playSync(scenario, stage);
  return playFlow(scenario, stage);
}
