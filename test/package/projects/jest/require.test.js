const { createTestServer } = require('task-queue-worker/testing');
const { order, inngest } = require('./orders.js');

test('a test in CommonJS requires the test server', async () => {
  const server = await createTestServer();
  await server.serve(inngest, [order]);
  const run = await server.run({ name: 'order/placed', data: { cents: 4200 } });
  expect(run.output).toEqual({ cents: 4200 });
  await server.close();
});
