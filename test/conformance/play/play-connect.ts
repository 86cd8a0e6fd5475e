import { connectApps } from '../../support/connected-app.js';
import { isRecord } from '../../../src/common/is-record.js';
import { including, mismatches, withSlack } from '../expectations.js';
import type { ConnectScenario, FunctionSpec } from '../scenario.js';
import { createFunctions } from '../setup/conformance-app.js';
import type { Setup } from '../setup/setup.js';
import { checkTrace } from './trace.js';

/**
 * Plays a row whose app connects with the SDK's `connect()`. The app's name is unique to this play, so that it has no other
 * worker.
 */
export async function playConnect(scenario: ConnectScenario, setup: Setup): Promise<string[]> {
  const { target, api, nonce } = setup;
  const { signingKey, eventKey } = target;
  const name = `conformance-${scenario.id}-${nonce}`;
  const eventOf = ({ id }: FunctionSpec): string => `${name}/${id}`;
  const specs = scenario.connected.map((spec) => ({ ...spec, triggers: [{ event: eventOf(spec) }] }));
  const [main] = scenario.connected;
  if (!main) return ['An app that connects needs a function.'];
  const connection = await connectApps(
    { server: target, clock: target.clock },
    { [name]: (client) => createFunctions(client, specs, target) },
    { client: { eventKey, ...(signingKey !== undefined && { signingKey }) } },
  );
  try {
    const sentAt = target.clock.now();
    const eventId = await api.send({ name: eventOf(main), data: {} });
    const run = async (): Promise<Record<string, unknown>> => (await api.runsOf(eventId))[0] ?? {};
    await target.until(async () => (await run())['endedAt'] !== undefined, 'the end of the run');
    const { id, status, output, endedAt } = await run();
    const trace = await api.data(`/api/v2/runs/${String(id)}/trace?includeOutput=true`);
    const [least, most] = withSlack(...(scenario.within ?? [0, 1_000]), target);
    const took = Date.parse(String(endedAt)) - sentAt;
    return [
      ...mismatches(
        { status: scenario.run.status, output: scenario.run.output },
        { status, output },
        'run',
        target,
      ),
      ...(took >= least && took <= most ? [] : [`run: took ${took} ms, not ${least} to ${most}`]),
      ...checkTrace(scenario.run, isRecord(trace) ? trace['rootSpan'] : undefined, target),
      ...mismatches(
        including({ id: name, method: 'CONNECT' }),
        await api.data(`/api/v2/apps/${name}`),
        'app',
        target,
      ),
    ];
  } finally {
    await connection.close();
  }
}
