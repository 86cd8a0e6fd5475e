// A test suite as users write it: end-to-end tests of durable functions on the test server, with a sleep of a day, a wait that
// times out, and retries. `suite.ts <tests> each|one` starts a server for each test or one for all tests. It prints how long the
// tests took in milliseconds, not counting the time to load modules.
import assert from 'node:assert/strict';
import { Inngest } from 'inngest';
import { createTestServer, type TestServer } from '../../../src/testing/index.js';
import { silentLogger } from './shared.js';

const client = new Inngest({ id: 'suite', logger: { ...silentLogger, error: () => undefined } });

const order = client.createFunction(
  { id: 'order', triggers: { event: 'order/placed' }, retries: 3 },
  async ({ event, step }) => {
    const receipt = await step.run('charge', () => ({ cents: (event.data as { cents: number }).cents }));
    await step.sleep('a day', '24h');
    const cancelled = await step.waitForEvent('cancelled?', { event: 'order/cancelled', timeout: '7d' });
    if (cancelled === null) await step.run('ship', () => 'shipped');
    return receipt;
  },
);

async function test(server: TestServer, number: number): Promise<void> {
  server.failStep('charge', 2);
  const run = await server.run({ name: 'order/placed', data: { cents: number } });
  assert.equal(run.status, 'COMPLETED');
  assert.deepEqual(run.output, { cents: number });
  assert.equal(run.steps[0]?.attempts.length, 3);
  assert.ok(server.elapsed > 8 * 24 * 60 * 60 * 1_000);
}

async function start(): Promise<TestServer> {
  const server = await createTestServer();
  await server.serve(client, [order]);
  return server;
}

async function serverEach(count: number): Promise<void> {
  for (let number = 1; number <= count; number++) {
    const server = await start();
    await test(server, number);
    await server.close();
  }
}

async function oneServer(count: number): Promise<void> {
  const server = await start();
  for (let number = 1; number <= count; number++) {
    await test(server, number);
    await server.reset();
  }
  await server.close();
}

const [tests, servers] = process.argv.slice(2);
const begun = performance.now();
await (servers === 'each' ? serverEach : oneServer)(Number(tests));
console.log(`ready ${performance.now() - begun}`);
