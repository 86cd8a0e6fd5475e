import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Inngest } from 'inngest';
import { createTestServer } from 'task-queue-worker/testing';

const inngest = new Inngest({ id: 'shop' });
const order = inngest.createFunction(
  { id: 'order', triggers: { event: 'order/placed' }, retries: 2 },
  async ({ event, step }) => {
    const receipt = await step.run('charge', () => ({ cents: event.data.cents }));
    await step.sleep('cool-down', '24h');
    return receipt;
  },
);

let server;
before(async () => {
  server = await createTestServer();
  await server.serve(inngest, [order]);
});
after(() => server.close());

void test('a day passes, and the step that fails is tried again', async () => {
  server.failStep('charge', 1);
  const run = await server.run({ name: 'order/placed', data: { cents: 4200 } });
  assert.equal(run.status, 'COMPLETED');
  assert.deepEqual(run.output, { cents: 4200 });
  assert.deepEqual(
    run.steps[0].attempts.map((attempt) => attempt.status),
    ['FAILED', 'COMPLETED'],
  );
  assert.ok(server.elapsed >= 24 * 60 * 60 * 1000);
});
