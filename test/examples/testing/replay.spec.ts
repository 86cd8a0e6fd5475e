import { createTestServer, type RunFixture } from '../../../src/testing/index.js';
import { done, order } from './orders.js';

/** An order that was under way when this test was written: it has been charged, and waits. */
const underWay: RunFixture = {
  function: 'order',
  event: { name: 'order/placed', data: { cents: 4200 } },
  steps: [{ name: 'charge', data: { cents: 4200 } }, { name: 'cancelled?' }],
};

beforeEach(() => {
  done.length = 0;
});

it('can go on with the orders that are under way', async () => {
  const server = await createTestServer();
  const result = await server.replay(underWay, [order]);
  expect(result).toMatchObject({ status: 'WAITING', waitingFor: ['cancelled?'] });
  expect(done).toEqual([]); // nobody was charged again
  await server.close();
});
