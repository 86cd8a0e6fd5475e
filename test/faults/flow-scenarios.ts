import type { Scenario } from './scenario.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const THROTTLE_MS = 3 * MINUTE;

/** Scenarios of flow control, and of runs that end from outside. */
export const FLOW_SCENARIOS: readonly Scenario[] = [
  {
    name: 'batch',
    define: ({ client }) => [
      client.createFunction(
        {
          id: 'batch',
          triggers: { event: 'batch' },
          batchEvents: { maxSize: 2, timeout: '60s', key: 'event.data.key' },
        },
        ({ events }) => events.length,
      ),
    ],
    act: ({ send }) => send({ name: 'batch' }, { name: 'batch' }, { name: 'batch' }),
    expected: ['batch COMPLETED 1', 'batch COMPLETED 2'],
  },
  {
    name: 'debounce',
    define: ({ client }) => [
      client.createFunction(
        {
          id: 'debounce',
          triggers: { event: 'debounce' },
          debounce: { period: '1m', key: 'event.data.key' },
        },
        ({ event }) => (event.data as { n: number }).n,
      ),
    ],
    act: async ({ send, advance }) => {
      await send({ name: 'debounce', data: { n: 1 } });
      await advance(20 * SECOND);
      await send({ name: 'debounce', data: { n: 2 } });
    },
    expected: ['debounce COMPLETED 2'],
  },
  {
    name: 'cancel',
    define: ({ client, executions }) => [
      client.createFunction(
        {
          id: 'cancel',
          triggers: { event: 'cancel' },
          checkpointing: false,
          concurrency: { limit: 1, key: 'event.data.key' },
          cancelOn: [{ event: 'cancelled', match: 'data.key' }],
        },
        async ({ step, runId }) => {
          await step.run(
            'begin',
            executions.step(runId, 'begin', () => 'begun'),
          );
          await step.sleep('nap', '10h');
          await step.run(
            'never',
            executions.step(runId, 'never', () => executions.mistakes.push('A cancelled run went on.')),
          );
        },
      ),
    ],
    act: async ({ send, until }) => {
      await send({ name: 'cancel' });
      await until("SELECT 1 FROM timer WHERE kind = 'sleep'");
      await send({ name: 'cancelled' });
    },
    expected: ['cancel CANCELLED'],
  },
  {
    name: 'timeout',
    define: ({ client }) => [
      client.createFunction(
        { id: 'timeout', triggers: { event: 'timeout' }, timeouts: { finish: '1m' }, checkpointing: false },
        ({ step }) => step.sleep('nap', '10h'),
      ),
    ],
    act: ({ send }) => send({ name: 'timeout' }),
    expected: ['timeout CANCELLED'],
  },
  {
    name: 'concurrency',
    define: ({ client, executions, clock }) => [
      client.createFunction(
        {
          id: 'concurrency',
          triggers: { event: 'concurrency' },
          checkpointing: false,
          concurrency: { limit: 1, key: 'event.data.key' },
        },
        ({ step, runId, event }) =>
          step.run(
            'work',
            executions.step(runId, 'work', () =>
              executions.alone((event.data as { key: string }).key, () =>
                clock.sleep(SECOND).then(() => 'done'),
              ),
            ),
          ),
      ),
    ],
    act: ({ send }) => send({ name: 'concurrency' }, { name: 'concurrency' }),
    expected: ['concurrency COMPLETED "done"', 'concurrency COMPLETED "done"'],
  },
  {
    name: 'throttle',
    define: ({ client }) => [
      client.createFunction(
        {
          id: 'throttle',
          triggers: { event: 'throttle' },
          throttle: { limit: 1, period: '3m', key: 'event.data.key' },
        },
        () => 'done',
      ),
    ],
    act: ({ send }) => send({ name: 'throttle' }, { name: 'throttle' }),
    expected: ['throttle COMPLETED "done"', 'throttle COMPLETED "done"'],
    check: (runs) => {
      const [first = 0, second = 0] = runs.map(({ startedAt }) => startedAt ?? 0).toSorted((a, b) => a - b);
      const gap = second - first;
      // A start may be late: it may wait for the data file, or for the retry after an error of this server.
      if (gap >= THROTTLE_MS - MINUTE && gap <= THROTTLE_MS + MINUTE) return [];
      return [`The second start came ${gap} ms after the first: a permit was taken twice, or not at all.`];
    },
  },
  {
    name: 'rate limit',
    define: ({ client }) => [
      client.createFunction(
        {
          id: 'rate-limit',
          triggers: { event: 'rate-limit' },
          rateLimit: { limit: 2, period: '4m', key: 'event.data.key' },
        },
        () => 'done',
      ),
    ],
    // A limit of 2 per 4 min allows one event every 2 min.
    act: async ({ send, advance }) => {
      await send({ name: 'rate-limit' });
      await advance(2.5 * MINUTE);
      await send({ name: 'rate-limit' }, { name: 'rate-limit' });
    },
    expected: ['rate-limit COMPLETED "done"', 'rate-limit COMPLETED "done"'],
  },
];
