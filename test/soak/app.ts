// The app of the soak test: `app.ts <address of Inngest>`. Tells the test over IPC when a run has ended.
import express from 'express';
import { Inngest, NonRetriableError, type InngestFunction } from 'inngest';
import { serve } from 'inngest/express';
import { listen, silentLogger } from '../bench/processes/shared.js';
import { EVENTS, type Kind } from './kinds.js';

const client = new Inngest({
  id: 'soak',
  baseUrl: process.argv[2] as string,
  isDev: true,
  eventKey: 'soak',
  // Its functions fail on purpose.
  logger: { ...silentLogger, error: () => undefined },
});

interface Data {
  n: number;
}

/** The event of a failure handler. It contains the event of the run that failed. */
interface Failed {
  event: { data: { event: { data: Data } } };
}

const ended = (data: unknown): void => void process.send?.({ ended: (data as Data).n });
const on = (kind: Kind) => ({ id: kind, triggers: [{ event: EVENTS[kind] }], retries: 2 as const });

const functions: InngestFunction.Any[] = [
  client.createFunction(on('steps'), async ({ event, step }) => {
    for (const name of ['one', 'two', 'three', 'four', 'five']) await step.run(name, () => ({ name }));
    ended(event.data);
  }),
  client.createFunction(on('retried'), async ({ event, step, attempt }) => {
    await step.run('fails-once', () => {
      if (attempt === 0) throw new Error('not yet');
    });
    ended(event.data);
  }),
  client.createFunction(on('sleeping'), async ({ event, step }) => {
    await step.run('before', () => null);
    await step.sleep('a moment', '3s');
    await step.run('after', () => null);
    ended(event.data);
  }),
  client.createFunction(on('waiting'), async ({ event, step }) => {
    const answer = await step.waitForEvent('answer', {
      event: EVENTS.answer,
      match: 'data.n',
      timeout: '5m',
    });
    if (answer !== null) ended(event.data);
  }),
  client.createFunction(on('expiring'), async ({ event, step }) => {
    const answer = await step.waitForEvent('answer', { event: 'soak/never', match: 'data.n', timeout: '2s' });
    if (answer === null) ended(event.data);
  }),
  client.createFunction(
    { ...on('failing'), onFailure: (context: unknown) => ended((context as Failed).event.data.event.data) },
    async ({ step }) => {
      await step.run('fails', () => {
        throw new NonRetriableError('on purpose');
      });
    },
  ),
];

const app = express();
app.use(express.json({ limit: '50mb' }));
app.use('/api/inngest', serve({ client, functions }));
listen(app);
