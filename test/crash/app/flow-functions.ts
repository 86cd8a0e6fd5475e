import type { Context, InngestFunction } from 'inngest';
import { about, keyOf, on, type Kit } from './journaled.js';
import { RATE_LIMIT, THROTTLE } from './names.js';

/** Functions whose runs flow control or the clock starts, delays or refuses. */
export function flowFunctions({ client, steps }: Kit): InngestFunction.Any[] {
  return [
    client.createFunction(
      { ...on('debounced'), debounce: { period: '1s', key: 'event.data.group' } },
      async (context) => {
        await steps.run(context, 'debounced');
        return about(keyOf(context));
      },
    ),

    client.createFunction(
      { ...on('batched'), batchEvents: { maxSize: 5, timeout: '2s' } },
      async (context) => {
        const keys = (context as Context.Any).events.map(({ data }) => (data as { key: string }).key);
        await steps.run(context, 'batched', keys.join(' '));
        return about(...keys);
      },
    ),

    client.createFunction({ ...on('single'), singleton: { mode: 'skip' } }, async (context) => {
      await steps.run(context, 'single');
      await context.step.sleep('rest', '2s');
      return about(keyOf(context));
    }),

    client.createFunction(
      { ...on('limited'), rateLimit: { limit: RATE_LIMIT.limit, period: RATE_LIMIT.period } },
      async (context) => {
        await steps.run(context, 'limited');
        return about(keyOf(context));
      },
    ),

    client.createFunction(
      { ...on('throttled'), throttle: { limit: THROTTLE.limit, period: THROTTLE.period } },
      async (context) => {
        await steps.run(context, 'throttled');
        return about(keyOf(context));
      },
    ),

    client.createFunction({ ...on('overdue'), timeouts: { finish: '2s' } }, async (context) => {
      await context.step.sleep('too long', '6h');
      return about('it was not cancelled');
    }),

    client.createFunction({ id: 'ticker', triggers: { cron: '* * * * *' } }, (context) =>
      steps.run(context, 'tick', 'tick'),
    ),
  ];
}
