// A server and an app in one process. A step of the app ends the process: node … process.ts <data file> <how the step
// ends the process> <whether the step first waits until the other run executes>
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { Inngest } from 'inngest';
import { serve } from 'inngest/express';
import { EmbeddedInngest } from '../../../src/embedded/index.js';
import { silent } from '../sdk-functions.js';
import type { Ending, Message } from './messages.js';

const [dataFile, ending, waits] = process.argv.slice(2) as [string, Ending, string];
const say = (message: Message): void => void process.send?.(message);

const endings: Record<Ending, () => unknown> = {
  'process.exit': () => process.exit(1),
  'an unhandled rejection': async () => {
    void Promise.reject(new Error('nobody handles this'));
    await sleep(60_000);
  },
  'too little memory': () => {
    const kept: number[][] = [];
    for (;;) kept.push(Array.from({ length: 100_000 }, () => kept.length));
  },
};

const server = await EmbeddedInngest.start({ dataFile, port: 0, logger: false });
const client = new Inngest({ id: 'test', baseUrl: server.url, isDev: true, eventKey: 'any', logger: silent });
let onGood: () => void = () => undefined;
const good = new Promise<void>((resolve) => (onGood = resolve));
const functions = [
  client.createFunction({ id: 'bad', triggers: { event: 'go' }, retries: 1 }, ({ step }) =>
    step.run('ends the process', async () => {
      say({ began: 'bad' });
      if (waits === 'true') await good;
      await endings[ending]();
    }),
  ),
  client.createFunction({ id: 'good', triggers: { event: 'go' }, retries: 0 }, ({ step }) =>
    step.run('takes a moment', async () => {
      say({ began: 'good' });
      onGood();
      await sleep(waits === 'true' ? 60_000 : 0);
    }),
  ),
  client.createFunction({ id: 'watch', triggers: { event: 'inngest/function.finished' } }, ({ event }) => {
    const { function_id: fn, error } = event.data as { function_id: string; error?: { message: string } };
    say({ ended: fn, ...(error && { error: error.message }) });
  }),
];
const app = express();
app.use('/api/inngest', express.json({ limit: '4mb' }), serve({ client, functions }));
const http = app.listen(0, '127.0.0.1');
await once(http, 'listening');
await server.sync(`http://localhost:${(http.address() as AddressInfo).port}/api/inngest`);
if (waits === 'true') await client.send({ name: 'go' });
process.on('disconnect', () => process.exit());
