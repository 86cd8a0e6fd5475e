import { startFunctions } from './support/sdk-functions.js';
import { closeAfterEach } from './support/close-after-each.js';

/** Halves of surrogate pairs, as JSON can carry them. In UTF-8 both become U+FFFD. */
const ONE = '\ud800';
const OTHER = '\ud801';
const CANNOT = 'contains half of a surrogate pair';
const go = { event: 'go' };

describe('Half of a surrogate pair', () => {
  const opened = closeAfterEach();

  it('is refused in the names and ids that a client sends', async () => {
    const inngest = opened(await startFunctions(() => []));
    const step = { id: 'step', name: 'step', runtime: { type: 'http', url: 'http://127.0.0.1:9/x' } };
    const fn = { id: 'a-fn', name: 'fn', triggers: [go], steps: { step } };
    const app = { appName: 'a', url: 'http://127.0.0.1:9/x', functions: [fn] };
    for (const [path, body] of [
      ['/e/key', { name: 'go', id: ONE }],
      ['/e/key', { name: `go${ONE}` }],
      ['/e/key', { name: 'go', v: ONE }],
      ['/v1/signals', { signal: `a${ONE}`, data: 1 }],
      ['/fn/register', { ...app, appName: ONE }],
      ['/fn/register', { ...app, functions: [{ ...fn, id: `a-${ONE}` }] }],
      ['/fn/register', { ...app, functions: [{ ...fn, triggers: [{ event: ONE }] }] }],
      ['/fn/register', { ...app, functions: [{ ...fn, idempotency: `event.data.a + "${ONE}"` }] }],
    ] as const) {
      const answer = await fetch(inngest.server.url + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });

      expect([path, body, answer.status, await answer.text()]).toEqual([
        path,
        body,
        400,
        expect.stringContaining(CANNOT),
      ]);
    }
  });

  it.each([
    ['step', 'StepRun'],
    ['signal', 'WaitForSignal'],
  ])('in the name of a %s fails the run', async (kind) => {
    const inngest = opened(
      await startFunctions((client) => [
        client.createFunction({ id: 'fn', triggers: go }, async ({ step }) =>
          kind === 'step'
            ? step.run(ONE, () => null)
            : step.waitForSignal('wait', { signal: ONE, timeout: '1m' }),
        ),
      ]),
    );

    const [event] = await inngest.send({ name: 'go' });

    expect(await inngest.ended(event)).toMatchObject({
      status: 'FAILED',
      output: { message: expect.stringContaining(CANNOT) },
    });
  });

  it('in data that make keys tells the keys apart, and stays as it is for the function', async () => {
    const key = 'event.data.user';
    const inngest = opened(
      await startFunctions((client) => [
        client.createFunction({ id: 'once', triggers: go, idempotency: key }, ({ event }) => event.data),
        client.createFunction({ id: 'single', triggers: go, singleton: { mode: 'skip', key } }, () => null),
        client.createFunction({ id: 'last', triggers: go, debounce: { period: '1s', key } }, () => null),
      ]),
    );

    for (const user of [ONE, OTHER, ONE, OTHER]) await inngest.send({ name: 'go', data: { user } });
    await inngest.advance(60_000);

    const runs = await inngest.allRuns();
    const of = (id: string): unknown[] =>
      runs.filter((run) => run.function.id === id).map((run) => run.output);
    expect(of('once')).toHaveLength(2);
    expect(of('once')).toEqual(expect.arrayContaining([{ user: ONE }, { user: OTHER }]));
    expect(of('last')).toHaveLength(2);
    expect(of('single').length).toBeGreaterThanOrEqual(2);
  });
});
