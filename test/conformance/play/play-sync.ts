import { including, matching, mismatches } from '../expectations.js';
import type { SyncScenario } from '../scenario.js';
import { bearerMismatches, signatureMismatches } from '../setup/credentials.js';
import type { Exchange } from '../setup/recorder.js';
import type { Setup } from '../setup/setup.js';
import { checkAnswer } from './exchange.js';

/**
 * Makes the server sync the app. Checks the server's request, the registration that the app sends meanwhile, and both answers.
 */
export async function playSync(scenario: SyncScenario, setup: Setup): Promise<string[]> {
  const { target, app } = setup;
  if (!target.sync) return ['This server cannot be told to ask an app for its functions.'];
  const before = { asked: app.recorder.toApp.length, registered: app.recorder.toServer.length };
  await target.sync(app.url);
  await target.until(() => app.recorder.toApp[before.asked]?.answer !== undefined, 'an answer of the app');
  const asked = app.recorder.toApp.slice(before.asked);
  const registered = app.recorder.toServer.slice(before.registered);
  const kind = target.signingKey === undefined ? 'dev' : 'cloud';
  return [
    ...checkOne(asked, 'PUT /api/inngest', 'the question', setup, (exchange, path) => [
      ...mismatches({ url: matching(/\/api\/inngest$/) }, exchange.body, `${path}.body`, target),
      ...mismatches(
        including({ 'content-type': 'application/json', 'x-inngest-server-kind': kind }),
        exchange.headers,
        `${path}.headers`,
        target,
      ),
      ...signatureMismatches(exchange, path, target),
      ...(exchange.answer ? checkAnswer(scenario.answer, exchange.answer, `${path}: the answer`, setup) : []),
    ]),
    ...checkOne(registered, 'POST /fn/register', 'the registration', setup, (exchange, path) => [
      ...mismatches(
        including({ 'x-inngest-expected-server-kind': kind, 'x-inngest-sync-kind': 'out_of_band' }),
        exchange.headers,
        `${path}.headers`,
        target,
      ),
      ...bearerMismatches(exchange, path, target),
      ...(exchange.answer
        ? checkAnswer(scenario.accepted, exchange.answer, `${path}: the answer`, setup)
        : []),
    ]),
  ];
}

function checkOne(
  exchanges: readonly Exchange[],
  expected: string,
  what: string,
  { target }: Setup,
  check: (exchange: Exchange, path: string) => string[],
): string[] {
  const seen = exchanges.map(({ method, path }) => `${method} ${path}`);
  const [exchange] = exchanges;
  return [...mismatches([expected], seen, what, target), ...(exchange ? check(exchange, what) : [])];
}
