const { Inngest } = require('inngest');

const inngest = new Inngest({ id: 'shop' });
const order = inngest.createFunction(
  { id: 'order', triggers: { event: 'order/placed' } },
  async ({ event, step }) => {
    const receipt = await step.run('charge', () => ({ cents: event.data.cents }));
    await step.sleep('cool-down', '24h');
    return receipt;
  },
);

module.exports = { inngest, order };
