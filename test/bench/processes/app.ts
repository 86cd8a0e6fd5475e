// The app of the bench: a function with five steps that do nothing, on the SDK's Express adapter. `app.ts '[{"name":…,"url":…}]'`
// serves a separate client for each Inngest server at /api/<name>. It tells the bench over IPC when a run has ended.
import express from 'express';
import { Inngest, type InngestFunction } from 'inngest';
import { serve } from 'inngest/express';
import { listen, silentLogger } from './shared.js';
import { CONCURRENCY, STEPS, eventName, type Mode } from '../workload.js';

interface Target {
  name: string;
  url: string;
}

const app = express();
app.use(express.json({ limit: '50mb' }));
for (const target of JSON.parse(process.argv[2] as string) as Target[]) {
  const client = new Inngest({
    id: `bench-${target.name}`,
    baseUrl: target.url,
    isDev: true,
    eventKey: 'bench',
    logger: silentLogger,
  });
  app.use(
    `/api/${target.name}`,
    serve({ client, functions: [fiveSteps(client, 'on'), fiveSteps(client, 'off'), empty(client)] }),
  );
}

function fiveSteps(client: Inngest, mode: Mode): InngestFunction.Any {
  return client.createFunction(
    {
      id: `five-steps-${mode}`,
      triggers: [{ event: eventName(mode) }],
      checkpointing: mode === 'on',
      concurrency: CONCURRENCY,
    },
    async ({ event, step }) => {
      for (const name of STEPS) await step.run(name, () => null);
      process.send?.({ ended: (event.data as { n: number }).n });
    },
  );
}

function empty(client: Inngest): InngestFunction.Any {
  return client.createFunction(
    { id: 'empty', triggers: [{ event: eventName('empty') }], concurrency: CONCURRENCY },
    ({ event }) => void process.send?.({ ended: (event.data as { n: number }).n }),
  );
}

listen(app);
