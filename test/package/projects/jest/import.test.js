const { Inngest } = require('inngest');
const { createServer } = require('inngest/node');

test('a test in CommonJS imports the server', async () => {
  const { EmbeddedInngest } = await import('task-queue-worker/server');
  const server = await EmbeddedInngest.start({ port: 0, logger: false });
  const client = new Inngest({ id: 'jest', isDev: true, baseUrl: server.url, eventKey: 'test' });
  let tell;
  const told = new Promise((resolve) => (tell = resolve));
  const greet = client.createFunction(
    { id: 'greet', triggers: [{ event: 'person/arrived' }] },
    async ({ event, step }) => {
      await step.run('tell', () => tell(event.data.name));
    },
  );
  const http = createServer({ client, functions: [greet] });
  await new Promise((listening) => http.listen(0, '127.0.0.1', listening));
  await server.sync(`http://127.0.0.1:${http.address().port}/api/inngest`);

  await client.send({ name: 'person/arrived', data: { name: 'Ada' } });

  expect(await told).toBe('Ada');
  await server.close();
  http.closeAllConnections();
  http.close();
}, 30_000);
