import type { HttpScenario } from '../scenario.js';
import type { Stage } from '../stage/stage.js';
import { checkAnswer, send } from './exchange.js';

export async function playHttp(scenario: HttpScenario, stage: Stage): Promise<string[]> {
  const wrong: string[] = [];
  for (const { title, request, answer } of scenario.exchanges) {
    wrong.push(...checkAnswer(answer, await send(request, stage), title, stage));
  }
  return wrong;
}
