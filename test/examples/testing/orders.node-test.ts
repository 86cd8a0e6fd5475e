import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createTestServer, type TestServer } from '../../../src/testing/index.js';
import { inngest, order } from './orders.js';

let server: TestServer;
before(async () => {
  server = await createTestServer();
  await server.serve(inngest, [order]);
});
after(() => server.close());

void test('ships after a day', async () => {
  const run = await server.run({ name: 'order/placed', data: { cents: 4200 } });
  assert.equal(run.status, 'COMPLETED');
});
