// An Express app in a separate process: `node express-app.mjs [port]`, with INNGEST_DEV set to the address of an Inngest server.
// It prints the URL of its functions. For each line on standard input it sends an event and prints the event's id.
import { createInterface } from 'node:readline';
import express from 'express';
import { Inngest, RetryAfterError } from 'inngest';
import { serve } from 'inngest/express';

const client = new Inngest({ id: 'express-app' });
let attempts = 0;

const sleeper = client.createFunction(
  { id: 'sleeper', triggers: [{ event: 'app/sleep' }], retries: 1 },
  async ({ step }) => {
    await step.run('fails-once', () => {
      if (++attempts === 1) throw new RetryAfterError('not yet', new Date(Date.now() + 60_000));
    });
    await step.sleep('a-week', '7d');
    return attempts;
  },
);

const app = express();
app.use(express.json());
app.use('/api/inngest', serve({ client, functions: [sleeper] }));
const server = app.listen(Number(process.argv[2] ?? 0), '127.0.0.1', () => {
  process.stdout.write(`serving http://localhost:${server.address().port}/api/inngest\n`);
});

createInterface({ input: process.stdin }).on('line', (name) => {
  void client.send({ name }).then(({ ids }) => process.stdout.write(`sent ${ids[0]}\n`));
});
