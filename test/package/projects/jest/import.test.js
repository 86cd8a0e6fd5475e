const { order, inngest } = require('./orders.js');

let server;
beforeEach(async () => {
  const { createTestServer } = await import('task-queue-worker/testing');
  server = await createTestServer();
  await server.serve(inngest, [order]);
});
afterEach(() => server.close());

test('a test in CommonJS imports the test server', async () => {
  const run = await server.run({ name: 'order/placed', data: { cents: 4200 } });
  expect(run.status).toBe('COMPLETED');
  expect(run.output).toEqual({ cents: 4200 });
  expect(server.elapsed).toBe(24 * 60 * 60 * 1000);
});
