import assert from 'node:assert/strict';
import { test } from 'node:test';
import express from 'express';
import { Inngest } from 'inngest';
import { serve } from 'inngest/express';
import { EmbeddedInngest } from 'task-queue-worker/server';

void test('the embedded server runs the functions of an Express app', async () => {
  const server = await EmbeddedInngest.start({ port: 0, logger: false });
  const client = new Inngest({ id: 'plain', isDev: true, baseUrl: server.url, eventKey: 'test' });
  const { promise, resolve } = Promise.withResolvers?.() ?? withResolvers();
  const greet = client.createFunction(
    { id: 'greet', triggers: [{ event: 'person/arrived' }] },
    async ({ event, step }) => {
      const greeting = await step.run('greet', () => `Hello ${event.data.name}`);
      await step.sleep('a moment', 1);
      await step.run('tell', () => resolve(greeting));
    },
  );
  const app = express()
    .use(express.json({ limit: '4mb' }))
    .use('/api/inngest', serve({ client, functions: [greet] }));
  const http = app.listen(0, '127.0.0.1');
  await new Promise((listening) => http.once('listening', listening));
  await server.sync(`http://127.0.0.1:${http.address().port}/api/inngest`);

  await client.send({ name: 'person/arrived', data: { name: 'Ada' } });
  assert.equal(await promise, 'Hello Ada');

  const page = await fetch(server.url, { headers: { accept: 'text/html' } });
  assert.match(await page.text(), /<title>/);
  await server.drain(10_000);
  await server.close();
  http.closeAllConnections();
  http.close();
});

/** Node 20 has no Promise.withResolvers. */
function withResolvers() {
  let resolve;
  const promise = new Promise((settle) => (resolve = settle));
  return { promise, resolve };
}
