import { at } from '../expectations.js';
import type { Body, Scenario } from '../scenario.js';
import { BY_PLAY, PLAYED } from './played.js';
import { stepByStep } from './words.js';

const SECOND = 1_000;

const echo: Body = async ({ event }) => event.data;
/** Works for a second within one call. */
const busy: Body = async ({ event }, { clock }) => {
  await clock.sleep(SECOND);
  return event.data;
};
const one = (ms: number, n: number) => ({ at: ms, events: [{ data: { n, played: PLAYED } }] });

/** Which events start a run, and when. These rows are not recorded. */
export const starts: Scenario[] = [
  {
    kind: 'flow',
    id: 'debounce',
    title:
      'a burst starts one run, with its last event, when it is over (about a second later on the real server)',
    notRecorded: true,
    functions: [stepByStep('debounced', echo, { options: { debounce: { period: '2s' } } })],
    sends: [one(0, 1), one(SECOND, 2)],
    starts: [at(3 * SECOND)],
    order: [2],
  },
  {
    kind: 'flow',
    id: 'batch',
    title: 'a batch starts when it is full, or when its time is up',
    notRecorded: true,
    functions: [stepByStep('batched', echo, { options: { batchEvents: { maxSize: 3, timeout: '2s' } } })],
    sends: [{ at: 0, events: [1, 2, 3, 4].map((n) => ({ data: { n } })) }],
    starts: [at(0), at(2 * SECOND)],
    order: [1, 4],
  },
  {
    kind: 'flow',
    id: 'rate-limit',
    title: 'what comes too soon starts nothing',
    notRecorded: true,
    functions: [
      stepByStep('rate-limited', echo, { options: { rateLimit: { limit: 1, period: '4s', key: BY_PLAY } } }),
    ],
    sends: [one(0, 1), one(2 * SECOND, 2), one(5 * SECOND, 3)],
    starts: [at(0), at(5 * SECOND)],
    order: [1, 3],
  },
  {
    kind: 'flow',
    id: 'singleton-skip',
    title: 'while a single run is active, what comes starts nothing',
    notRecorded: true,
    functions: [stepByStep('singleton-skip', busy, { options: { singleton: { mode: 'skip' } } })],
    sends: [one(0, 1), one(500, 2), one(4 * SECOND, 3)],
    starts: [at(0), at(4 * SECOND)],
    order: [1, 3],
  },
];
