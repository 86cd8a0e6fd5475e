import { setTimeout as sleep } from 'node:timers/promises';
import type { Context, Inngest, InngestFunction } from 'inngest';
import type { Journal } from '../journal.js';

/** The app's id at Inngest. */
export const APP_ID = 'crash';

/** Names of events. Each but the last starts a run of the function that is called like its key. */
export const EVENTS = {
  pipeline: 'crash/pipeline',
  plain: 'crash/plain',
  parallel: 'crash/parallel',
  sleeper: 'crash/sleeper',
  timeout: 'crash/timeout',
  waiter: 'crash/waiter',
  invoker: 'crash/invoker',
  debounced: 'crash/debounced',
  batched: 'crash/batched',
  /** Wakes the run of `waiter` that has the same key. */
  wake: 'crash/wake',
} as const;

/** The steps of functions whose steps follow each other, in their order. */
export const SEQUENCES: Readonly<Record<string, readonly string[]>> = {
  pipeline: ['p1', 'p2', 'p3', 'p4', 'p5', 'p6'],
  plain: ['q1', 'q2', 'q3', 'q4'],
  sleeper: ['before sleep', 'after sleep'],
  timeout: ['before timeout', 'after timeout'],
  waiter: ['before wake', 'after wake'],
  invoker: ['before call', 'after call'],
};

export const CRON_PERIOD_MS = 60_000;
const CRON = '* * * * *';

/** How long a step works, in milliseconds. */
const STEP_MS = 15;

interface Keyed {
  key: string;
}

/** What every function returns: the keys of the events it was about. */
export interface About {
  keys: string[];
}

const about = (...keys: string[]): About => ({ keys });

/** A function for everything that must outlive a killed server. Each journals its steps. */
export function functionsOf(client: Inngest, journal: Journal): InngestFunction.Any[] {
  const keyOf = ({ event }: Context.Any): string => (event.data as Keyed).key;

  const run = async ({ step, runId, attempt }: Context.Any, id: string, key: string): Promise<void> => {
    const entry = { runId, stepId: id, taskId: key, attempt };
    await step.run(id, () => journal.around(entry, () => sleep(STEP_MS)));
  };

  const runAll = async (context: Context.Any, ids: readonly string[]): Promise<void> => {
    for (const id of ids) await run(context, id, keyOf(context));
  };

  /** A function that does something between two steps. */
  const between =
    (fn: string, middle: (context: Context.Any) => Promise<unknown>) => async (context: Context.Any) => {
      const [before, after] = SEQUENCES[fn] as [string, string];
      await run(context, before, keyOf(context));
      const result = await middle(context);
      await run(context, after, keyOf(context));
      return result;
    };

  const on = (fn: keyof typeof EVENTS): { id: string; triggers: { event: string } } => ({
    id: fn,
    triggers: { event: EVENTS[fn] },
  });

  const invoked = client.createFunction({ id: 'invoked' }, async (context) => {
    await run(context, 'invoked', keyOf(context));
    return about(keyOf(context));
  });

  return [
    invoked,

    client.createFunction(on('pipeline'), async (context) => {
      await runAll(context, SEQUENCES['pipeline']!);
      return about(keyOf(context));
    }),

    client.createFunction({ ...on('plain'), checkpointing: false }, async (context) => {
      await runAll(context, SEQUENCES['plain']!);
      return about(keyOf(context));
    }),

    client.createFunction({ ...on('parallel'), concurrency: 4 }, async (context) => {
      await Promise.all(['a', 'b', 'c'].map((id) => run(context, id, keyOf(context))));
      await run(context, 'joined', keyOf(context));
      return about(keyOf(context));
    }),

    client.createFunction(
      on('sleeper'),
      between('sleeper', async (context) => {
        const { key, seconds } = context.event.data as Keyed & { seconds: number };
        await context.step.sleep('nap', `${seconds}s`);
        return about(key);
      }),
    ),

    client.createFunction(
      on('timeout'),
      between('timeout', async (context) => {
        const event: unknown = await context.step.waitForEvent('never', {
          event: 'crash/never',
          timeout: '2s',
        });
        return about(event === null ? keyOf(context) : 'something came');
      }),
    ),

    client.createFunction(
      on('waiter'),
      between('waiter', async (context) => {
        const match = { event: EVENTS.wake, if: 'async.data.key == event.data.key', timeout: '1h' };
        const event = (await context.step.waitForEvent('wake', match)) as { data: Keyed } | null;
        return about(event?.data.key ?? 'nothing came');
      }),
    ),

    client.createFunction(
      on('invoker'),
      between('invoker', (context) =>
        context.step.invoke('call', { function: invoked, data: { key: keyOf(context) } }),
      ),
    ),

    client.createFunction(
      { ...on('debounced'), debounce: { period: '1s', key: 'event.data.group' } },
      async (context) => {
        await run(context, 'debounced', keyOf(context));
        return about(keyOf(context));
      },
    ),

    client.createFunction(
      { ...on('batched'), batchEvents: { maxSize: 5, timeout: '2s' } },
      async (context) => {
        const keys = (context as Context.Any).events.map(({ data }) => (data as Keyed).key);
        await run(context, 'batched', keys.join(' '));
        return about(...keys);
      },
    ),

    client.createFunction({ id: 'ticker', triggers: { cron: CRON } }, (context) =>
      run(context, 'tick', 'tick'),
    ),
  ];
}
