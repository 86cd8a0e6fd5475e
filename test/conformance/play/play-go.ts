import { GoApp } from '../../support/go-app.js';
import { mismatches } from '../expectations.js';
import type { GoScenario } from '../scenario.js';
import type { Setup } from '../setup/setup.js';

export async function playGo(scenario: GoScenario, { target, api, nonce }: Setup): Promise<string[]> {
  const name = `conformance-${scenario.id}-${nonce}`;
  const app = await GoApp.start({
    name,
    inngestUrl: target.url,
    functions: [{ ...scenario.fn, event: name }],
    ...(target.signingKey !== undefined && { signingKey: target.signingKey }),
    ...(scenario.isMoved && { isMoved: true }),
    ...(scenario.isStreaming && { isStreaming: true }),
  });
  try {
    const eventId = await api.send({ name, data: scenario.data ?? {} });
    const run = async (): Promise<Record<string, unknown>> => (await api.runsOf(eventId))[0] ?? {};
    await target.until(async () => (await run())['endedAt'] !== undefined, 'the end of the run');
    const { status, output } = await run();
    const seen = { status, output, calls: app.calls.length };
    return mismatches({ ...scenario.run, calls: scenario.calls }, seen, 'the run', target);
  } finally {
    await app.close();
  }
}
