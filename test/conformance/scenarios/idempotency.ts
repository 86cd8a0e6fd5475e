import { at } from '../expectations.js';
import type { Body, Scenario } from '../scenario.js';
import { TAKES_LONG } from './flow-control.js';
import { PLAYED } from './played.js';
import { stepByStep } from './words.js';

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;

const key = (name: string): string => `${name} ${PLAYED}`;

const FORCED = 'event.data.force == true ? event.id : event.data.taskId';
const echo: Body = async ({ event }) => event.data;

/** Sends the events one second apart. */
function oneByOne(...events: Record<string, unknown>[]) {
  return events.map((data, index) => ({ at: index * SECOND, events: [{ data: { n: index + 1, ...data } }] }));
}

export const idempotency: Scenario[] = [
  {
    kind: 'flow',
    id: 'idempotency-force',
    title:
      'only `true` forces, and uses up no key; an absent key is none, null and "" are, 5 and "5" are one',
    functions: [stepByStep('forced', echo, { options: { idempotency: FORCED } })],
    sends: oneByOne(
      { taskId: key('a') },
      { taskId: key('a') },
      { taskId: key('a'), force: null },
      { taskId: key('a'), force: false },
      { taskId: key('a'), force: 'true' },
      { taskId: key('a'), force: 1 },
      { taskId: key('a'), force: true },
      { taskId: key('b'), force: true },
      { taskId: key('b') },
      {},
      {},
    ),
    starts: [at(0), at(6 * SECOND), at(7 * SECOND), at(8 * SECOND), at(9 * SECOND), at(10 * SECOND)],
    order: [1, 7, 8, 9, 10, 11],
  },
  {
    kind: 'flow',
    id: 'idempotency-odd-keys',
    title: 'null and "" are keys like any other; a number and its text are the same one',
    // The keys are the same in every play. A server that remembers them would skip all events of the next play.
    onlyEmbedded: 'its keys are the same every time',
    functions: [stepByStep('odd-keys', echo, { options: { idempotency: 'event.data.taskId' } })],
    sends: oneByOne(
      { taskId: null },
      { taskId: null },
      { taskId: '' },
      { taskId: '' },
      { taskId: 5 },
      { taskId: '5' },
    ),
    starts: [at(0), at(2 * SECOND), at(4 * SECOND)],
    order: [1, 3, 5],
  },
  {
    kind: 'flow',
    id: 'idempotency-window',
    title: 'a key lasts 24 hours, whatever became of the run',
    onlyEmbedded: TAKES_LONG,
    functions: [
      stepByStep(
        'once-a-day',
        async () => {
          throw new Error('fails');
        },
        { options: { retries: 0, idempotency: 'event.data.taskId' } },
      ),
    ],
    sends: [
      { at: 0, events: [{ data: { n: 1, taskId: 'day' } }] },
      { at: 24 * HOUR - 1, events: [{ data: { n: 2, taskId: 'day' } }] },
      { at: 24 * HOUR, events: [{ data: { n: 3, taskId: 'day' } }] },
    ],
    starts: [at(0), at(24 * HOUR)],
    order: [1, 3],
  },
];
