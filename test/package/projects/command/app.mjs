// An independent app that does not use the package. It prints its port, and then what its function receives.
import express from 'express';
import { Inngest } from 'inngest';
import { serve } from 'inngest/express';

const client = new Inngest({ id: 'app' });
const greet = client.createFunction(
  { id: 'greet', triggers: { event: 'person/arrived' } },
  async ({ event, step }) => {
    await step.sleep('cool-down', '24h');
    await step.run('tell', () => console.log(`Hello ${event.data.name}`));
  },
);
const app = express()
  .use(express.json({ limit: '4mb' }))
  .use('/api/inngest', serve({ client, functions: [greet] }));
const http = app.listen(Number(process.env.APP_PORT), '127.0.0.1', () =>
  console.log(`port ${http.address().port}`),
);
