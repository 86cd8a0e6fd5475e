import { createHash } from 'node:crypto';
import { aUlid, anIsoTime, anyOrder, anything, including, unseen } from '../expectations.js';
import type { Body, RunScenario } from '../scenario.js';
import { completed, ops, ran, returns, stepByStep } from './words.js';

/** The id that the SDK derives from the step's name. */
const SUM = createHash('sha1').update('sum').digest('hex');

const adds: Body = async ({ step }) => {
  const a = await step.run('a', () => 1);
  const sum = await step.run('sum', (x: number) => a + x, 10);
  return { sum };
};
const summed = (data: number) => including({ op: 'StepRun', step: 'sum', data });

/** Replays of runs, from the start or from one of their steps. */
export const replays: RunScenario[] = [
  {
    kind: 'run',
    id: 'rerun',
    recordings: ['api/v2-run-rerun', 'api/v1-event-runs-after-rerun'],
    title:
      'a run that is repeated is a run of its own, of the same event, which names the first one; idempotency lets it',
    functions: [stepByStep('rerun', async () => 'again', { options: { idempotency: 'event.id' } })],
    send: {},
    acts: [
      { afterCalls: 1 },
      {
        request: { method: 'POST', path: '/api/v2/runs/{run}/rerun', json: {} },
        answer: { status: 200, body: { data: { runId: aUlid }, metadata: { fetchedAt: anIsoTime } } },
      },
      { afterCalls: 2 },
      {
        request: { method: 'GET', path: '/v1/events/{event}/runs?_=rerun' },
        answer: {
          status: 200,
          body: including({
            data: anyOrder(
              including({ status: 'Completed', output: 'again', original_run_id: undefined }),
              including({ status: 'Completed', output: 'again', original_run_id: aUlid }),
            ),
          }),
        },
      },
    ],
    calls: [{ answer: returns('again') }, { version: -1, after: [0, 5_000], answer: returns('again') }],
    run: completed('again'),
  },
  {
    kind: 'run',
    id: 'rerun-from-step',
    title:
      'a run that is repeated from a step has the results of those before it, and the input that is given for it',
    notRecorded: true,
    functions: [stepByStep('rerun-from-step', adds)],
    send: {},
    acts: [
      { afterCalls: 3 },
      {
        request: {
          method: 'POST',
          path: '/api/v2/runs/{run}/rerun',
          json: { fromStep: { stepId: SUM, input: [20] } },
        },
        answer: { status: 200, body: { data: { runId: aUlid }, metadata: { fetchedAt: anIsoTime } } },
      },
      { afterCalls: 5 },
    ],
    calls: [
      { answer: ops(ran('a', 1)) },
      { steps: { a: { data: 1 } }, answer: ops(summed(11)) },
      { steps: { a: { data: 1 }, sum: { data: 11 } }, answer: returns({ sum: 11 }) },
      {
        step: 'sum',
        version: unseen(-1),
        after: [0, 5_000],
        steps: anything,
        stack: anything,
        current: anything,
        answer: ops(summed(21)),
      },
      {
        steps: including({ a: { data: 1 }, sum: including({ data: 21 }) }),
        stack: ['a', 'sum'],
        current: 2,
        answer: returns({ sum: 21 }),
      },
    ],
    run: completed(
      { sum: 11 },
      {
        spans: [
          { name: 'a', status: 'COMPLETED', output: { data: 1 } },
          { name: 'sum', status: 'COMPLETED', output: { data: 11 } },
        ],
      },
    ),
  },
];
