import { createTestServer, type TestServer } from '../../../src/testing/index.js';
import { done, inngest, order } from './orders.js';

let server: TestServer;
beforeEach(async () => {
  done.length = 0;
  server = await createTestServer();
  await server.serve(inngest, [order]);
});
afterEach(() => server.close());

const placed = { name: 'order/placed', data: { cents: 4200 } };

it('ships after a day', async () => {
  const run = await server.run(placed); // a day passes in milliseconds
  expect(run.status).toBe('COMPLETED');
  expect(run.output).toEqual({ cents: 4200 });
  expect(run.steps.map((step) => step.name)).toEqual(['charge', 'cancelled?', 'ship']);
  expect(server.elapsed).toBe(24 * 60 * 60 * 1000);
});

it('ships nothing that is cancelled in time', async () => {
  const [eventId] = await server.send(placed);
  await server.until(() => done.includes('charged'));
  await server.advance('23h');
  await server.send({ name: 'order/cancelled' });
  expect((await server.ended(eventId)).status).toBe('COMPLETED');
  expect(done).toEqual(['charged']);
});

it('tries the charge again', async () => {
  server.failStep('charge', 2);
  const run = await server.run(placed);
  expect(run.status).toBe('COMPLETED');
  expect(run.steps[0]?.attempts.map((attempt) => attempt.status)).toEqual(['FAILED', 'FAILED', 'COMPLETED']);
});

it('apologises when the charge fails for good', async () => {
  server.failStep('charge', 3, { error: 'card declined' });
  const run = await server.run(placed);
  expect(run.status).toBe('FAILED');
  await server.allEnded(); // onFailure is a run of its own
  expect(done).toEqual(['sorry: card declined']);
});
