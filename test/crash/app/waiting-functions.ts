import type { InngestFunction } from 'inngest';
import { about, keyOf, on, type About, type Kit } from './journaled.js';
import { EVENTS } from './names.js';

/** Longer than any campaign, so the wait ends only when the awaited event or signal comes. */
const IN_THE_END = '6h';

/** Functions that wait for a time, an event, a signal or another function, and functions whose waits time out. */
export function waitingFunctions({ client, steps }: Kit): InngestFunction.Any[] {
  const invoked = client.createFunction({ id: 'invoked' }, async (context) => {
    await steps.run(context, 'invoked');
    return about(keyOf(context));
  });

  const slow = client.createFunction({ id: 'slow' }, async (context) => {
    await context.step.sleep('long', '5s');
    await steps.run(context, 'slow');
    return about(keyOf(context));
  });

  return [
    invoked,
    slow,

    client.createFunction(
      on('sleeper'),
      steps.around('sleeper', async (context) => {
        await context.step.sleep('nap', `${(context.event.data as { seconds: number }).seconds}s`);
        return about(keyOf(context));
      }),
    ),

    client.createFunction(
      on('timeout'),
      steps.around('timeout', async (context) => {
        const never = { event: 'crash/never', timeout: '2s' };
        const event: unknown = await context.step.waitForEvent('never', never);
        return about(event === null ? keyOf(context) : 'something came');
      }),
    ),

    client.createFunction(
      on('waiter'),
      steps.around('waiter', async (context) => {
        const match = { event: EVENTS.wake, if: 'async.data.key == event.data.key', timeout: IN_THE_END };
        const event = (await context.step.waitForEvent('wake', match)) as { data: { key: string } } | null;
        return about(event?.data.key ?? 'nothing came');
      }),
    ),

    client.createFunction(
      on('signalled'),
      steps.around('signalled', async (context) => {
        const wait = { signal: keyOf(context), timeout: IN_THE_END, onConflict: 'fail' } as const;
        const signal = (await context.step.waitForSignal('signal', wait)) as { data: About } | null;
        return signal?.data ?? about('nothing came');
      }),
    ),

    client.createFunction(on('signaller'), async (context) => {
      const key = keyOf(context);
      await context.step.sendSignal('send', { signal: key, data: about(key) });
      // The load repeats this event until a signal meets its wait, so the number of these runs is not checked.
      return about();
    }),

    client.createFunction(
      on('unsignalled'),
      steps.around('unsignalled', async (context) => {
        const wait = { signal: keyOf(context), timeout: '2s', onConflict: 'fail' } as const;
        const signal: unknown = await context.step.waitForSignal('signal', wait);
        return about(signal === null ? keyOf(context) : 'something came');
      }),
    ),

    client.createFunction(
      on('invoker'),
      steps.around('invoker', (context) =>
        context.step.invoke('call', { function: invoked, data: { key: keyOf(context) } }),
      ),
    ),

    client.createFunction(
      on('impatient'),
      steps.around('impatient', async (context) => {
        const key = keyOf(context);
        const call = { function: slow, data: { key }, timeout: '2s' };
        const why = await context.step.invoke('call', call).then(
          () => 'it returned in time',
          (error: Error) => error.message,
        );
        return about(why.includes('Timed out') ? key : why);
      }),
    ),
  ];
}
