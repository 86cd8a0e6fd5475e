import { Durable } from './support/durable.js';
import type { Define } from './support/sdk-functions.js';

const MINUTE = 60_000;

describe('A pause', () => {
  const durable = new Durable();

  afterAll(() => durable.close());

  it('survives a restart and a registration', async () => {
    const define: Define = (app) => [
      app.createFunction({ id: 'fn', triggers: { event: 'go' } }, ({ step }) =>
        step.run(
          'work',
          durable.noted('work', () => null),
        ),
      ),
      app.createFunction(
        { id: 'later', triggers: { event: 'go' }, debounce: { period: '1m' } },
        durable.noted('later', () => null),
      ),
    ];
    const inngest = await durable.start(define);
    for (const id of ['fn', 'later']) await inngest.post(`/api/v2/apps/test/functions/${id}/pause`);
    await inngest.send({ name: 'go' });
    await inngest.advance(10 * MINUTE);
    await durable.crash();
    await inngest.server.sync(`${inngest.app.url}/api/inngest`);
    await inngest.advance(10 * MINUTE);
    expect(durable.executed).toEqual([]);

    await inngest.send({ name: 'go' });
    for (const id of ['fn', 'later']) await inngest.post(`/api/v2/apps/test/functions/${id}/resume`);
    await inngest.until(() => durable.executed.length === 3);
    expect(durable.executed.toSorted()).toEqual(['later', 'work', 'work']);
  });
});
