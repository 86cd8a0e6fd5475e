import { Inngest } from 'inngest';
import { createServer } from 'inngest/node';
import { EmbeddedInngest } from 'task-queue-worker/server';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';

let server;
let http;

beforeAll(async () => {
  server = await EmbeddedInngest.start({ port: 0, logger: false });
});

afterAll(async () => {
  await server.close();
  http.closeAllConnections();
  http.close();
});

it('runs a function on the embedded server', async () => {
  const client = new Inngest({ id: 'vitest', isDev: true, baseUrl: server.url, eventKey: 'test' });
  const told = vi.fn();
  const greet = client.createFunction(
    { id: 'greet', triggers: [{ event: 'person/arrived' }] },
    async ({ event, step }) => {
      await step.run('tell', () => told(event.data.name));
    },
  );
  http = createServer({ client, functions: [greet] });
  await new Promise((listening) => http.listen(0, '127.0.0.1', listening));
  await server.sync(`http://127.0.0.1:${http.address().port}/api/inngest`);

  await client.send({ name: 'person/arrived', data: { name: 'Ada' } });

  await vi.waitFor(() => expect(told).toHaveBeenCalledWith('Ada'), 20_000);
});
