import { RetryAfterError } from 'inngest';
import { anyOrder, at, oneOf, type Matcher } from '../expectations.js';
import type { Body, FunctionSpec, Scenario } from '../scenario.js';
import { BY_PLAY, PLAYED } from './played.js';
import {
  checkpointing,
  completed,
  completedInCall,
  completes,
  ops,
  ran,
  returns,
  stepByStep,
  stepError,
  thrown,
} from './words.js';

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;
export const TAKES_LONG = 'its window is too long to wait for in real time';

const echo: Body = async ({ event }) => event.data;
/** Works for a second within one call. */
const busy: Body = async ({ event }, { clock }) => {
  await clock.sleep(SECOND);
  return event.data;
};

const failsAtFirst: Body = async ({ step, attempt }, { clock }) => {
  await step.run('a', () => 1);
  await step.run('b', () => {
    if (attempt === 0) throw new RetryAfterError('soon', new Date(clock.now() + 1_500));
    return 2;
  });
  return 'done';
};

/** The configuration of the recorded functions: all rules together, and a priority that has no effect. */
const everything: Partial<FunctionSpec['options']> = {
  idempotency: 'event.data.taskId',
  throttle: { limit: 20, period: '60s' },
  concurrency: { limit: 10 },
  priority: { run: 'event.data.priority' },
};
const PAYLOAD = { taskId: `abc ${PLAYED}`, priority: 5 };

const CAST = 'int(event.data.priority)';
const CLAMPED =
  'event.data.priority == null ? 0 : (event.data.priority > 600 ? 600 : ' +
  '(event.data.priority < -600 ? -600 : int(event.data.priority)))';

/** Events with `n` from 1 to `count`. */
function numbered(count: number, data: object = {}): Record<string, unknown>[] {
  return Array.from({ length: count }, (_, index) => ({
    data: { n: index + 1, played: PLAYED, ...data },
  }));
}

/** `count` starts at the same time. */
function together(count: number, ms = 0): Matcher[] {
  return Array.from({ length: count }, () => at(ms));
}

/** `count` starts, one every `ms` milliseconds. */
function every(ms: number, count: number): Matcher[] {
  return Array.from({ length: count }, (_, index) => at(ms * (index + 1)));
}

function tasks(...names: string[]): Record<string, unknown>[] {
  return names.map((name) => ({ data: { taskId: `${name} ${PLAYED}`, played: PLAYED } }));
}

export const flowControl: Scenario[] = [
  {
    kind: 'run',
    id: 'flow-ckpt-on',
    recordings: ['46-flow-ckpt-on'],
    title: 'idempotency, throttle, concurrency and priority on one function, and nothing in its way',
    functions: [checkpointing('flow', echo, { options: everything })],
    send: { data: PAYLOAD },
    calls: [{ answer: ops(completes(PAYLOAD)) }],
    run: completedInCall(PAYLOAD),
  },
  {
    kind: 'run',
    id: 'flow-ckpt-off',
    recordings: ['47-flow-ckpt-off'],
    title: 'the same, step by step',
    functions: [stepByStep('flow-nock', echo, { options: everything })],
    send: { data: PAYLOAD },
    calls: [{ answer: returns(PAYLOAD) }],
    run: completed(PAYLOAD),
  },
  {
    kind: 'flow',
    id: 'throttle-20-per-minute',
    title: 'a throttle of 20 per 60 s lets 20 start at once, and then one every 3 s',
    onlyEmbedded: TAKES_LONG,
    functions: [
      stepByStep('throttled', echo, { options: { throttle: { limit: 20, period: '60s', key: BY_PLAY } } }),
    ],
    sends: [{ at: 0, events: numbered(50) }],
    starts: [...together(20), ...every(3 * SECOND, 30)],
  },
  {
    kind: 'flow',
    id: 'throttle-5-per-10s',
    title: 'a throttle of 5 per 10 s: 5, and then one every 2 s',
    functions: [
      stepByStep('throttled-5', echo, { options: { throttle: { limit: 5, period: '10s', key: BY_PLAY } } }),
    ],
    sends: [{ at: 0, events: numbered(9) }],
    starts: [...together(5), ...every(2 * SECOND, 4)],
  },
  {
    kind: 'flow',
    id: 'throttle-with-burst',
    title: 'a burst of 3 makes that 8 at first',
    functions: [
      stepByStep('throttled-burst', echo, {
        options: { throttle: { limit: 5, period: '10s', burst: 3, key: BY_PLAY } },
      }),
    ],
    sends: [{ at: 0, events: numbered(11) }],
    starts: [...together(8), ...every(2 * SECOND, 3)],
  },
  {
    kind: 'flow',
    id: 'throttle-counts-starts',
    title: 'a throttle counts starts of runs: neither their steps and retries, nor what idempotency refuses',
    functions: [
      stepByStep('throttled-steps', failsAtFirst, {
        options: { throttle: { limit: 1, period: '4s', key: BY_PLAY }, idempotency: 'event.data.taskId' },
      }),
    ],
    sends: [
      { at: 0, events: tasks('x', 'x') },
      { at: 2 * SECOND, events: tasks('y', 'x', 'z') },
    ],
    starts: [at(0), at(4 * SECOND), at(8 * SECOND)],
  },
  {
    kind: 'flow',
    id: 'priority-order',
    title: 'under a backlog the higher priority goes first; a negative one waits its seconds out before',
    functions: [stepByStep('prioritised', busy, { options: { concurrency: 1, priority: { run: CLAMPED } } })],
    sends: [
      { at: 0, events: [{ data: { n: 'first', priority: 0 } }] },
      {
        at: 500,
        events: [
          { data: { n: -1, priority: -1 } },
          { data: { n: 0, priority: 0 } },
          { data: { n: 50, priority: 50 } },
          { data: { n: 'absent' } },
          { data: { n: 600, priority: 9_999 } },
          { data: { n: 100, priority: 100 } },
        ],
      },
    ],
    starts: Array.from({ length: 7 }, (_, index) => at(index * SECOND)),
    order: ['first', 600, 100, 50, oneOf(0, 'absent'), oneOf(0, 'absent'), -1],
    atOnce: 1,
  },
  {
    kind: 'flow',
    id: 'priority-uncast',
    title: 'a priority that is not cast has no effect at all: JSON has no whole numbers',
    functions: [stepByStep('uncast', echo, { options: { priority: { run: 'event.data.priority' } } })],
    sends: [{ at: 0, events: numbered(1, { priority: -60 }) }],
    starts: [at(0)],
  },
  {
    kind: 'flow',
    id: 'priority-odd-values',
    title: 'what cannot be cast is 0; text that is a number is one',
    functions: [stepByStep('cast', echo, { options: { priority: { run: CAST } } })],
    sends: [
      {
        at: 0,
        events: [
          { data: { n: 'absent' } },
          { data: { n: 'null', priority: null } },
          { data: { n: 'abc', priority: 'abc' } },
          { data: { n: 'true', priority: true } },
          { data: { n: 'text', priority: '-3' } },
        ],
      },
    ],
    starts: [...together(4), at(3 * SECOND)],
    order: anyOrder('absent', 'null', 'abc', 'true', 'text'),
  },
  {
    kind: 'flow',
    id: 'priority-clamp',
    title: 'the server itself clamps to 12 hours',
    onlyEmbedded: TAKES_LONG,
    functions: [stepByStep('clamped', echo, { options: { priority: { run: CAST } } })],
    sends: [{ at: 0, events: numbered(1, { priority: -100_000 }) }],
    starts: [at(12 * HOUR)],
  },
  {
    kind: 'run',
    id: 'priority-of-each-step',
    title: 'without checkpointing a negative priority delays every step again, but no retry',
    functions: [stepByStep('unhurried', failsAtFirst, { options: { priority: { run: CAST } } })],
    send: { data: { priority: -3 } },
    calls: [
      { after: [3_000, 3_000], answer: ops(ran('a', 1)) },
      {
        after: [3_000, 3_000],
        steps: { a: { data: 1 } },
        answer: stepError('b', thrown('RetryAfterError', 'soon'), 'a date'),
      },
      { after: [1_500, 1_500], attempt: 1, steps: { a: { data: 1 } }, answer: ops(ran('b', 2)) },
      { after: [3_000, 3_000], steps: { a: { data: 1 }, b: { data: 2 } }, answer: returns('done') },
    ],
    run: completed('done', {
      spans: [
        { name: 'a', status: 'COMPLETED', output: { data: 1 } },
        { name: 'b', status: 'COMPLETED', output: { data: 2 }, attempts: ['FAILED', 'COMPLETED'] },
      ],
    }),
  },
  {
    kind: 'flow',
    id: 'concurrency-10',
    title: 'no more than 10 calls at once; the next come as those end',
    functions: [stepByStep('concurrent', busy, { options: { concurrency: { limit: 10 } } })],
    sends: [{ at: 0, events: numbered(25) }],
    starts: [...together(10), ...together(10, SECOND), ...together(5, 2 * SECOND)],
    atOnce: 10,
  },
  {
    kind: 'flow',
    id: 'concurrency-of-steps',
    title: 'parallel steps of one run count as much as runs do',
    functions: [
      stepByStep(
        'concurrent-steps',
        async ({ step }, { clock }) =>
          Promise.all([1, 2, 3, 4, 5, 6].map((n) => step.run(`p${n}`, () => clock.sleep(SECOND)))),
        { options: { concurrency: 2 } },
      ),
    ],
    sends: [{ at: 0, events: numbered(1) }],
    starts: [at(0)],
    atOnce: 2,
  },
  {
    kind: 'flow',
    id: 'concurrency-while-asleep',
    title: 'a run that sleeps holds no slot',
    functions: [
      stepByStep('concurrent-sleep', async ({ step }) => step.sleep('long', '3s'), {
        options: { concurrency: 1 },
      }),
    ],
    sends: [{ at: 0, events: numbered(3) }],
    starts: together(3),
  },
];
