import type { InngestFailureContext } from '../../src/inngest/index.js';
import type { Scenario } from './scenario.js';

const MINUTE = 60_000;

/** Scenarios of steps, and of everything that a run can wait for. */
export const STEP_SCENARIOS: readonly Scenario[] = [
  {
    name: 'steps',
    define: ({ client, executions }) => [
      client.createFunction(
        { id: 'steps', triggers: { event: 'steps' }, checkpointing: false },
        async ({ step, runId }) => {
          const a = await step.run(
            'a',
            executions.step(runId, 'a', () => 'a'),
          );
          const b = await step.run(
            'b',
            executions.step(runId, 'b', () => 'b'),
          );
          return a + b;
        },
      ),
    ],
    act: ({ send }) => send({ name: 'steps' }),
    expected: ['steps COMPLETED "ab"'],
  },
  {
    name: 'checkpoints',
    define: ({ client, executions }) => [
      client.createFunction(
        { id: 'checkpoints', triggers: { event: 'checkpoints' }, checkpointing: true },
        async ({ step, runId }) => {
          const a = await step.run(
            'a',
            executions.step(runId, 'a', () => 'a'),
          );
          const b = await step.run(
            'b',
            executions.step(runId, 'b', () => 'b'),
          );
          await step.sleep('nap', '1m');
          const c = await step.run(
            'c',
            executions.step(runId, 'c', () => 'c'),
          );
          return a + b + c;
        },
      ),
    ],
    act: ({ send }) => send({ name: 'checkpoints' }),
    expected: ['checkpoints COMPLETED "abc"'],
  },
  {
    name: 'parallel',
    define: ({ client, executions, clock }) => [
      client.createFunction(
        { id: 'parallel', triggers: { event: 'parallel' }, checkpointing: false },
        async ({ step, runId }) => {
          const results = await Promise.all([
            step.run(
              'left',
              executions.step(runId, 'left', () => 'l'),
            ),
            step.run(
              'right',
              executions.step(runId, 'right', () => clock.sleep(1_000).then(() => 'r')),
            ),
            step.sleep('nap', '1m'),
          ]);
          return step.run(
            'after',
            executions.step(runId, 'after', () => `${results[0]}${results[1]}`),
          );
        },
      ),
    ],
    act: ({ send }) => send({ name: 'parallel' }),
    expected: ['parallel COMPLETED "lr"'],
  },
  {
    name: 'wait',
    define: ({ client }) => [
      client.createFunction(
        { id: 'wait', triggers: { event: 'wait' }, checkpointing: false },
        async ({ step }) => {
          const options = { event: 'woken', match: 'data.key', timeout: '2m' } as const;
          const first = (await step.waitForEvent('woken', options)) as { data: { n: number } } | null;
          const second = (await step.waitForEvent('woken again', options)) as object | null;
          return { first: first?.data.n ?? null, second };
        },
      ),
    ],
    act: async ({ send, until, advance }) => {
      await send({ name: 'wait' });
      await until("SELECT 1 FROM step WHERE name = 'woken' AND status <> 'COMPLETED'");
      await send({ name: 'woken', data: { n: 1 } });
      await advance(2 * MINUTE);
    },
    expected: ['wait COMPLETED {"first":1,"second":null}'],
  },
  {
    name: 'invoke',
    define: ({ client, executions }) => {
      const child = client.createFunction(
        { id: 'child', triggers: { event: 'child' }, checkpointing: false },
        ({ step, runId }) =>
          step.run(
            'work',
            executions.step(runId, 'work', () => 'done'),
          ),
      );
      const parent = client.createFunction(
        { id: 'parent', triggers: { event: 'invoke' }, checkpointing: false },
        ({ step }) => step.invoke('ask', { function: child, data: {}, timeout: '1h' }),
      );
      return [child, parent];
    },
    act: ({ send }) => send({ name: 'invoke' }),
    expected: ['child COMPLETED "done"', 'parent COMPLETED "done"'],
  },
  {
    name: 'send',
    define: ({ client }) => [
      client.createFunction(
        { id: 'sender', triggers: { event: 'send' }, checkpointing: false },
        async ({ step, event }) => {
          const { key } = event.data as { key: string };
          // If the server did not store this step, the app executes it again and sends the event again, with the same id.
          await step.sendEvent('tell', { name: 'told', id: key, data: { key } });
          return 'sent';
        },
      ),
      client.createFunction({ id: 'told', triggers: { event: 'told' } }, () => 'told'),
    ],
    act: ({ send }) => send({ name: 'send' }),
    expected: ['sender COMPLETED "sent"', 'told COMPLETED "told"'],
  },
  {
    name: 'failure',
    define: ({ client, executions }) => [
      client.createFunction(
        {
          id: 'failure',
          triggers: { event: 'failure' },
          checkpointing: false,
          retries: 1,
          onFailure: ({ step, runId }: InngestFailureContext) =>
            step.run(
              'clean up',
              executions.step(runId, 'clean up', () => 'clean'),
            ),
        },
        ({ step, runId }) =>
          step.run(
            'broken',
            executions.step(runId, 'broken', () => {
              throw new Error('broken');
            }),
          ),
      ),
    ],
    act: ({ send }) => send({ name: 'failure' }),
    expected: ['failure FAILED', 'failure-failure COMPLETED "clean"'],
  },
  {
    name: 'retry',
    define: ({ client, executions }) => [
      client.createFunction(
        { id: 'retry', triggers: { event: 'retry' }, retries: 2 },
        async ({ step, runId, attempt }) => {
          const a = await step.run(
            'first',
            executions.step(runId, 'first', () => 'a'),
          );
          return step.run(
            'flaky',
            executions.step(runId, 'flaky', () => {
              if (attempt === 0) throw new Error('flaky');
              return `${a}b`;
            }),
          );
        },
      ),
    ],
    act: ({ send }) => send({ name: 'retry' }),
    expected: ['retry COMPLETED "ab"'],
  },
];
