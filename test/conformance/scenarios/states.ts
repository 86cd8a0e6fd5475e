import { randomBytes } from 'node:crypto';
import { RetryAfterError } from 'inngest';
import { aUlid, anError, anIsoTime, differs, including, satisfying, type Matcher } from '../expectations.js';
import type { Body, Scenario, StatusesExpectation } from '../scenario.js';
import { WHY } from './differences.js';
import { endOf, listens } from './ends.js';
import {
  checkpointing,
  completed,
  completedInCall,
  completes,
  failed,
  givesUp,
  namedAfterItsRun,
  ops,
  ran,
  returns,
  stepByStep,
  stepError,
  thrown,
} from './words.js';

/** What the real server shows, and what the embedded one shows instead: a run is not over until it has ended. */
const whileRetrying: StatusesExpectation = {
  v1EventRuns: differs('Failed', 'Running', WHY.status),
  v1Run: 'Running',
  v2EventRuns: 'RUNNING',
  v2Run: differs('FAILED', 'RUNNING', WHY.status),
  ended: false,
};
const whileQueued: StatusesExpectation = {
  v1EventRuns: 'Scheduled',
  v1Run: differs('Running', 'Scheduled', WHY.status),
  v2EventRuns: 'QUEUED',
  v2Run: 'QUEUED',
  ended: false,
};

/** A run whose start is `ms` to `ms` + 1000 milliseconds after it was queued. */
const startedAfter = (ms: number): Matcher =>
  satisfying(`a run that started ${ms} ms after it was queued`, (run) => {
    const { queuedAt = '', startedAt = '' } = run as { queuedAt?: string; startedAt?: string };
    const after = Date.parse(startedAt) - Date.parse(queuedAt);
    return after >= ms && after < ms + 1_000;
  });

const retriesLater: Body = async ({ step, attempt }) =>
  step.run('later', () => {
    if (attempt === 0) throw new RetryAfterError('in 5s', 5_000);
    return 'ok';
  });

const broken: Body = async () => {
  throw new Error('broken');
};
const WITH_ERROR = {
  error: { error: 'NonRetriableError', ...anError('Error', 'broken') },
  result: thrown('Error', 'broken'),
};

/** A different seed in each play, because a server may remember it. */
const seeded = { 'x-inngest-event-id-seed': `1795441809764,${randomBytes(10).toString('base64')}` };

export const states: Scenario[] = [
  {
    kind: 'run',
    id: 'status-while-retrying',
    title: 'a run that waits for its retry has not failed',
    functions: [stepByStep('status-while-retrying', retriesLater)],
    send: {},
    acts: [{ afterCalls: 1 }, { statuses: whileRetrying }],
    calls: [
      { answer: stepError('later', thrown('RetryAfterError', 'in 5s'), 5) },
      { attempt: 1, after: { wholeSeconds: 5 }, answer: ops(ran('later', 'ok')) },
      { steps: { later: { data: 'ok' } }, answer: returns('ok') },
    ],
    run: completed('ok', {
      spans: [
        { name: 'later', status: 'COMPLETED', output: { data: 'ok' }, attempts: ['FAILED', 'COMPLETED'] },
      ],
    }),
  },
  {
    kind: 'run',
    id: 'status-while-queued',
    title: 'a negative priority delays the start by that many seconds; until then the run is queued',
    functions: [
      checkpointing('status-while-queued', async () => 'late', {
        options: { priority: { run: 'int(event.data.priority)' } },
      }),
    ],
    send: { data: { priority: -5 } },
    acts: [
      { statuses: whileQueued },
      { afterCalls: 1 },
      {
        request: { method: 'GET', path: '/api/v2/runs/{run}' },
        answer: {
          status: 200,
          body: including({ data: startedAfter(5_000) }),
        },
      },
      {
        request: { method: 'GET', path: '/api/v2/events/{event}/runs' },
        answer: {
          status: 200,
          body: including({ data: [differs(startedAfter(0), startedAfter(5_000), WHY.startedAt)] }),
        },
      },
    ],
    calls: [{ after: [5_000, 5_000], answer: ops(completes('late')) }],
    run: completedInCall('late'),
  },
  {
    kind: 'run',
    id: 'function-finished',
    title: 'the end of a run is an event; a run that it starts announces no end of its own',
    functions: [
      stepByStep('finishes', async () => ({ done: true })),
      listens('hears-finished', 'inngest/function.finished', 'finishes'),
      listens('hears-itself', 'inngest/function.finished', 'hears-finished'),
    ],
    send: {},
    calls: [
      { answer: returns({ done: true }) },
      {
        fn: 'hears-finished',
        version: -1,
        event: endOf('finishes', 'inngest/function.finished', 'Completed', { result: { done: true } }),
        answer: returns('heard'),
      },
    ],
    run: completed({ done: true }),
  },
  {
    kind: 'run',
    id: 'failure-announced',
    title:
      'the end of a run that has failed is two events: its failure, whose id is that of the run, and its end; ' +
      'a run that the first of them starts announces no end of its own',
    functions: [
      stepByStep('fails', broken, { options: { retries: 0 } }),
      listens('hears-failed', 'inngest/function.failed', 'fails'),
      listens('hears-its-end', 'inngest/function.finished', 'fails'),
      listens('hears-no-end', 'inngest/function.finished', 'hears-failed'),
    ],
    send: {},
    calls: [
      { maxAttempts: 1, answer: givesUp(thrown('Error', 'broken')) },
      {
        concurrent: [
          {
            fn: 'hears-failed',
            version: -1,
            event: namedAfterItsRun(endOf('fails', 'inngest/function.failed', 'Failed', WITH_ERROR)),
            answer: returns('heard'),
          },
          {
            fn: 'hears-its-end',
            version: -1,
            event: endOf('fails', 'inngest/function.finished', 'Failed', WITH_ERROR),
            answer: returns('heard'),
          },
        ],
      },
    ],
    run: failed(thrown('Error', 'broken')),
  },
  {
    kind: 'run',
    id: 'event-as-stored',
    recordings: ['api/v1-event', 'api/v1-events-by-name'],
    title: 'an event is shown as it was sent, with its own id, and found by its name',
    functions: [checkpointing('event-as-stored', async ({ event }) => event.data)],
    send: { data: { a: 1 }, user: { u: 1 }, v: '2026-01-01', ts: 1_700_000_000_000 },
    acts: [
      {
        request: { method: 'GET', path: '/v1/events/{event}' },
        answer: {
          status: 200,
          body: including({
            data: including({
              internal_id: aUlid,
              received_at: anIsoTime,
              name: 'event-as-stored',
              data: { a: 1 },
              ts: 1_700_000_000_000,
            }),
          }),
        },
      },
      {
        request: { method: 'GET', path: '/v1/events?name=event-as-stored&limit=1' },
        answer: {
          status: 200,
          body: including({ data: [including({ name: 'event-as-stored', data: { a: 1 } })] }),
        },
      },
    ],
    calls: [{ answer: ops(completes({ a: 1 })) }],
    run: completedInCall({ a: 1 }),
  },
  {
    kind: 'run',
    id: 'seed-runs-once',
    title: 'a sending repeated with its seed runs once',
    functions: [stepByStep('seed-runs-once', async () => 'once')],
    send: {},
    headers: seeded,
    acts: [
      { afterCalls: 1 },
      { send: { name: 'seed-runs-once', data: {} }, headers: seeded },
      { pass: 2_000 },
    ],
    calls: [{ answer: returns('once') }],
    run: completed('once'),
  },
  {
    kind: 'run',
    id: 'future-event',
    title: 'an event of the future is delivered then',
    functions: [stepByStep('future-event', async () => 'then')],
    send: {},
    sendAheadMs: 3_000,
    calls: [{ after: [3_000, 3_000], answer: returns('then') }],
    run: completed('then'),
  },
];
