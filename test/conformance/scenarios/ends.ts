import { aTimestamp, aUlid } from '../expectations.js';
import type { FunctionSpec } from '../scenario.js';
import { stepByStep } from './words.js';

/** A function that is triggered by the end of another function of this table. */
export const listens = (id: string, event: string, to: string): FunctionSpec =>
  stepByStep(id, async () => 'heard', {
    triggers: [{ event, if: `event.data.function_id == 'conformance-${to}'` }],
  });
export const endOf = (fn: string, name: string, status: string, more: object): object => ({
  name,
  id: aUlid,
  ts: aTimestamp,
  user: {},
  data: {
    _inngest: { status },
    event: { name: fn, data: {}, id: aUlid, ts: aTimestamp, user: {} },
    events: [{ name: fn, data: {}, id: aUlid, ts: aTimestamp }],
    function_id: `conformance-${fn}`,
    run_id: aUlid,
    ...more,
  },
});
