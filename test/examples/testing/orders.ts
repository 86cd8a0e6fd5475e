import { Inngest } from 'inngest';

export const inngest = new Inngest({ id: 'shop' });

/** Stands for what the steps call. */
export const done: string[] = [];

export const order = inngest.createFunction(
  {
    id: 'order',
    triggers: { event: 'order/placed' },
    retries: 2,
    onFailure: async ({ error, step }) => {
      await step.run('apologise', () => void done.push(`sorry: ${error.message}`));
    },
  },
  async ({ event, step }) => {
    const receipt = await step.run('charge', () => {
      done.push('charged');
      return { cents: event.data.cents };
    });
    const cancelled = await step.waitForEvent('cancelled?', { event: 'order/cancelled', timeout: '24h' });
    if (cancelled) return 'cancelled';
    await step.run('ship', () => void done.push('shipped'));
    return receipt;
  },
);
