import { anIsoTime, including, mismatches, type Server } from '../expectations.js';
import { isRecord } from '../../../src/common/is-record.js';
import type { RunScenario } from '../scenario.js';
import type { InngestApi } from '../setup/inngest-api.js';
import { checkTrace } from './trace.js';

/** The names of the statuses in the v1 API. */
const V1_STATUS = { COMPLETED: 'Completed', FAILED: 'Failed', CANCELLED: 'Cancelled' } as const;

/** Reads one run of an event from the four endpoints that show it. */
async function askAll(api: InngestApi, eventId: string, runId: string) {
  const byId = (key: string) => (run: Record<string, unknown>) => run[key] === runId;
  const v1EventRuns = (await api.records(`/v1/events/${eventId}/runs`)).find(byId('run_id'));
  const v1Run = (await api.data(`/v1/runs/${runId}`)) as Record<string, unknown> | undefined;
  const v2EventRuns = (await api.runsOf(eventId)).find(byId('id'));
  const v2Run = (await api.data(`/api/v2/runs/${runId}?includeOutput=true`)) as
    Record<string, unknown> | undefined;
  return { v1EventRuns, v1Run, v2EventRuns, v2Run };
}

/** The current status of the run in each of the four answers. */
export async function statusesOf(api: InngestApi, eventId: string, runId: string): Promise<object> {
  const { v1EventRuns, v1Run, v2EventRuns, v2Run } = await askAll(api, eventId, runId);
  const ends = [v1EventRuns?.['ended_at'], v1Run?.['ended_at'], v2EventRuns?.['endedAt'], v2Run?.['endedAt']];
  return {
    v1EventRuns: v1EventRuns?.['status'],
    v1Run: v1Run?.['status'],
    v2EventRuns: v2EventRuns?.['status'],
    v2Run: v2Run?.['status'],
    ended: ends.some((end) => typeof end === 'string'),
  };
}

/** Checks what the APIs show of a run that has ended. */
export async function checkRun(
  scenario: RunScenario,
  api: InngestApi,
  eventId: string,
  runId: string,
  server: Server,
): Promise<string[]> {
  const { run: expected } = scenario;
  const { v1EventRuns, v1Run, v2EventRuns, v2Run } = await askAll(api, eventId, runId);
  const fn = scenario.functions[0]?.id;
  const v1 = including({
    run_id: runId,
    event_id: eventId,
    function_version: 0,
    status: V1_STATUS[expected.status],
    ended_at: anIsoTime,
    output: expected.v1Output ?? expected.output ?? {},
  });
  const v2Fields = {
    id: runId,
    app: including({ id: 'conformance' }),
    function: including({ id: fn, name: fn }),
    status: expected.status,
    output: wrapOutput(expected.output),
    trigger: including({ eventIds: [eventId] }),
  };
  const v2Listed =
    expected.status === 'FAILED' ? { ...v2Fields, output: { error: wrapOutput(expected.output) } } : v2Fields;
  const trace = await api.data(`/api/v2/runs/${runId}/trace?includeOutput=true`);
  return [
    ...mismatches(v1, v1EventRuns, 'v1 event runs', server),
    ...mismatches(v1, v1Run, 'v1 run', server),
    ...mismatches(including(v2Listed), v2EventRuns, 'v2 event runs', server),
    ...mismatches(including(v2Fields), v2Run, 'v2 run', server),
    ...checkTrace(expected, isRecord(trace) ? trace['rootSpan'] : undefined, server),
  ];
}

/** The v2 API shows an output that is not an object as `{data: …}`. */
function wrapOutput(output: unknown): unknown {
  return isRecord(output) || output === undefined ? output : { data: output };
}
