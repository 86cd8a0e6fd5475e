import type { InngestHarness } from '../src/testing/nest.js';
import { returned, startFunctions, type Define } from './support/sdk-functions.js';
import { closeAfterEach } from './support/close-after-each.js';

const CANNOT = 'contains the character U+0000, which the embedded Inngest cannot store';
const go = { event: 'go' };

/** The store's libraries end a text at U+0000 when they read it. */
describe('U+0000', () => {
  const opened = closeAfterEach();
  let inngest: InngestHarness;

  const start = async (define: Define): Promise<void> => {
    inngest = opened(await startFunctions(define));
  };
  const post = async (path: string, body: object): Promise<{ status: number; body: unknown }> => {
    const answer = await fetch(inngest.server.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return { status: answer.status, body: await answer.json() };
  };

  describe('is refused', () => {
    beforeEach(() => start(() => []));

    it.each([
      ['name', { name: 'g\0o' }, `event name ${CANNOT}: "g\\u0000o"`],
      ['id', { name: 'go', id: '\0' }, `event id ${CANNOT}: "\\u0000"`],
      ['version', { name: 'go', v: '1\0' }, `event v ${CANNOT}: "1\\u0000"`],
    ])('in the %s of an event', async (_, event, error) => {
      expect(await post('/e/key', event)).toEqual({ status: 400, body: { ids: [''], status: 400, error } });
    });

    const step = { id: 'step', name: 'step', runtime: { type: 'http', url: 'http://127.0.0.1:9/x' } };
    const good = { id: 'a-fn', name: 'fn', triggers: [go], steps: { step } };

    it.each([
      ['the id of a function', { functions: [{ ...good, id: 'a-f\0n' }] }, `id: "a-f\\u0000n" ${CANNOT}`],
      ['the name of a function', { functions: [{ ...good, name: '\0' }] }, `name: "\\u0000" ${CANNOT}`],
      [
        'the event of a trigger',
        { functions: [{ ...good, triggers: [{ event: 'g\0o' }] }] },
        `triggers[0]: "g\\u0000o" ${CANNOT}`,
      ],
      [
        'the event of a cancellation',
        { functions: [{ ...good, cancel: [{ event: 'st\0op' }] }] },
        `cancel[0].event ${CANNOT}`,
      ],
      [
        'an expression',
        { functions: [{ ...good, idempotency: 'event.data.a + "\0"' }] },
        `The expression ${CANNOT}`,
      ],
      ['the id of an app', { appName: 'a\0' }, `"appName" ${CANNOT}: "a\\u0000"`],
      ['the version of an app', { appVersion: '1\0' }, `"appVersion" ${CANNOT}: "1\\u0000"`],
    ])('in %s', async (_, given, error) => {
      const app = { appName: 'a', url: 'http://127.0.0.1:9/x', functions: [good], ...given };

      const { status, body } = await post('/fn/register', app);

      expect(status).toBe(400);
      expect((body as { error: string }).error).toContain(error);
    });

    it('in the name of a signal', async () => {
      const answer = await post('/v1/signals', { signal: 'a\0', data: 1 });

      expect(answer).toMatchObject({ status: 400, body: { error: `The name of the signal ${CANNOT}` } });
    });
  });

  it.each([true, false])('in the id of a step fails the run (checkpointing: %s)', async (checkpointing) => {
    await start((client) => [
      client.createFunction({ id: 'fn', triggers: go, checkpointing, retries: 3 }, async ({ step }) => {
        await step.run('wo\0rk', () => null);
      }),
    ]);

    const [event] = await inngest.send({ name: 'go' });
    const run = await inngest.ended(event);

    expect(run).toMatchObject({
      status: 'FAILED',
      output: { message: `The step "wo\\u0000rk" has an id or a name that ${CANNOT}: "wo\\u0000rk".` },
    });
    expect(inngest.elapsed).toBeLessThan(1_000);
  });

  it('in the name of a signal that a step waits for fails the run', async () => {
    await start((client) => [
      client.createFunction({ id: 'fn', triggers: go }, async ({ step }) => {
        await step.waitForSignal('wait', { signal: 'a\0', timeout: '1m' });
      }),
    ]);

    const [event] = await inngest.send({ name: 'go' });

    expect(await inngest.ended(event)).toMatchObject({
      status: 'FAILED',
      output: { message: `The step "wait" has an id or a name that ${CANNOT}: "a\\u0000".` },
    });
  });

  it('stays as it is in data', async () => {
    const text = 'before\0after';
    await start((client) => [
      client.createFunction({ id: 'fn', triggers: go }, async ({ event, step }) => [
        (event.data as unknown as { text: string }).text,
        await step.run('work', () => text),
        await step.run('again', () => ({ [text]: text })),
      ]),
    ]);

    const [event] = await inngest.send({ name: 'go', data: { text } });

    expect(returned(await inngest.ended(event))).toEqual([text, text, { [text]: text }]);
  });

  it('in data that make a key groups the events, and each group runs once', async () => {
    const define: Define = (client) => {
      const key = 'event.data.user';
      const id = (name: string) => ({ id: name, triggers: go });
      return [
        client.createFunction({ ...id('debounced'), debounce: { period: '10s', key } }, () => null),
        client.createFunction(
          { ...id('batched'), batchEvents: { maxSize: 5, timeout: '10s', key } },
          () => null,
        ),
        client.createFunction({ ...id('throttled'), throttle: { limit: 1, period: '1m', key } }, () => null),
      ];
    };
    await start(define);

    for (const user of ['a\0b', 'a\0b', 'a\0c']) await inngest.send({ name: 'go', data: { user } });
    await inngest.advance(5 * 60 * 1_000);

    const runs = await inngest.allRuns();
    const of = (id: string) => runs.filter((run) => run.function.id === id && run.status === 'COMPLETED');
    expect(of('debounced')).toHaveLength(2);
    expect(of('batched')).toHaveLength(2);
    expect(of('throttled')).toHaveLength(3);
  });
});
