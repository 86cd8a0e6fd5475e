import type { HttpScenario } from '../scenario.js';
import type { Setup } from '../setup/setup.js';
import { checkAnswer, send } from './exchange.js';

export async function playHttp(scenario: HttpScenario, setup: Setup): Promise<string[]> {
  const wrong: string[] = [];
  for (const { title, request, answer } of scenario.exchanges) {
    wrong.push(...checkAnswer(answer, await send(request, setup), title, setup));
  }
  return wrong;
}
