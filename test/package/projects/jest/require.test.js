const { EmbeddedInngest } = require('task-queue-worker/server');

test('a test in CommonJS requires the server', async () => {
  const server = await EmbeddedInngest.start({ port: 0, logger: false });
  expect((await fetch(`${server.url}/health`)).status).toBe(200);
  await server.close();
});
