import { aUlid } from '../expectations.js';
import type { Body, Scenario, SpanExpectation } from '../scenario.js';
import {
  checkpointing,
  completed,
  completedInCall,
  completes,
  ops,
  ran,
  returns,
  stepByStep,
} from './words.js';

const emits: Body = async ({ step, runId }) =>
  step.sendEvent('emit', [
    { name: 'conformance/other', data: { n: 1 } },
    { name: 'conformance/other', data: { n: 2 }, id: `given-id-${runId}` },
  ]);
const IDS = { ids: [aUlid, aUlid] };
const emitted = ran('emit', IDS, { name: 'sendEvent', opts: { type: 'step.sendEvent' } });
const emitSpans: SpanExpectation[] = [{ name: 'emit', status: 'COMPLETED', output: IDS }];

export const sending: Scenario[] = [
  {
    kind: 'run',
    id: 'send-event-ckpt-on',
    recordings: ['34-send-event-ckpt-on'],
    title: 'a step that sends events keeps their ids',
    functions: [checkpointing('send-event', emits)],
    send: {},
    calls: [{ reports: [[emitted]], answer: ops(completes(IDS)) }],
    run: completedInCall(IDS, { spans: emitSpans }),
  },
  {
    kind: 'run',
    id: 'send-event-ckpt-off',
    recordings: ['35-send-event-ckpt-off'],
    title: 'the same, step by step',
    functions: [stepByStep('send-event-nock', emits)],
    send: {},
    calls: [{ answer: ops(emitted) }, { steps: { emit: { data: IDS } }, answer: returns(IDS) }],
    run: completed(IDS, { spans: emitSpans }),
  },
];
