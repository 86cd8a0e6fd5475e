import { Inngest } from 'inngest';
import { createTestServer, type TestServer } from 'task-queue-worker/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';

const inngest = new Inngest({ id: 'shop' });
const order = inngest.createFunction(
  { id: 'order', triggers: { event: 'order/placed' } },
  async ({ event, step }) => {
    const receipt = await step.run('charge', () => ({ cents: event.data.cents }));
    await step.sleep('cool-down', '24h');
    return receipt;
  },
);

let server: TestServer;
beforeEach(async () => {
  server = await createTestServer();
  await server.serve(inngest, [order]);
});
afterEach(() => server.close());

it('charges, and ends after a day', async () => {
  const run = await server.run({ name: 'order/placed', data: { cents: 4200 } });
  expect(run.status).toBe('COMPLETED');
  expect(run.output).toEqual({ cents: 4200 });
  expect(server.elapsed).toBe(24 * 60 * 60 * 1000);
});

it('tries the charge again', async () => {
  server.failStep('charge', 2);
  const run = await server.run({ name: 'order/placed', data: { cents: 4200 } });
  expect(run.steps[0]?.attempts.map((attempt) => attempt.status)).toEqual(['FAILED', 'FAILED', 'COMPLETED']);
});
