import type { InngestHarness } from '../src/testing/nest.js';
import { startFunctions, type Define } from './support/sdk-functions.js';
import { closeAfterEach } from './support/close-after-each.js';
import { itSlowly } from './support/slow-tests.js';

/** Three loops over 200 numbers: eight million evaluations. */
const NESTED = 'event.data.l.exists(a, event.data.l.exists(b, event.data.l.exists(c, a + b + c == -1.0)))';
const LIST = Array.from({ length: 200 }, (_, index) => index);
const TOO_COSTLY = 'the expression costs too much';

interface Refusal {
  errors?: { code: string; message: string }[];
  error?: string;
}
interface SeenEvent {
  data: { outcomes: { function: { id: string }; run?: unknown; reason?: string }[] };
}

/** All evaluations for one request or for one event share a budget. */
describe('Expressions that cost too much', () => {
  const opened = closeAfterEach();
  let inngest: InngestHarness;

  const start = async (define: Define): Promise<void> => {
    inngest = opened(await startFunctions(define));
  };
  const search = async (
    expression: string,
  ): Promise<{ status: number; body: Refusal & { data?: unknown[] } }> => {
    const path = `/api/v2/runs?limit=100&search=${encodeURIComponent(expression)}`;
    const response = await fetch(inngest.server.url + path);
    return { status: response.status, body: (await response.json()) as Refusal };
  };
  const outcomesOf = async (eventId: string | undefined): Promise<SeenEvent['data']['outcomes']> =>
    (await inngest.get<SeenEvent>(`/api/v2/events/${eventId}`)).data.outcomes;

  it('are refused in a search over any number of runs; cheap ones are not', async () => {
    await start((client) => [client.createFunction({ id: 'fn', triggers: { event: 'go' } }, () => null)]);
    const text = `${'a'.repeat(20_000)}b`;
    await inngest.send(...Array.from({ length: 20 }, () => ({ name: 'go', data: { text, l: LIST } })));
    await inngest.advance(1_000);

    const refused = await search('event.data.text.matches("(a+)+$")');
    const nested = await search(NESTED);
    const found = await search('event.data.l.exists(x, x == 7.0) && event.data.text.startsWith("aa")');

    expect(refused.status).toBe(400);
    expect(refused.body.errors?.[0]).toMatchObject({
      code: 'search_too_costly',
      message: expect.stringContaining(TOO_COSTLY),
    });
    expect(nested.status).toBe(400);
    expect(found.status).toBe(200);
    expect(found.body.data).toHaveLength(20);
  });

  it.each([
    ['trigger', { triggers: { event: 'go', if: NESTED } }],
    ['idempotency key', { triggers: { event: 'go' }, idempotency: NESTED }],
    ['throttle key', { triggers: { event: 'go' }, throttle: { limit: 1, period: '1m', key: NESTED } }],
    ['debounce key', { triggers: { event: 'go' }, debounce: { period: '1s', key: NESTED } }],
    ['batch key', { triggers: { event: 'go' }, batchEvents: { maxSize: 2, timeout: '5s', key: NESTED } }],
    ['priority', { triggers: { event: 'go' }, priority: { run: `${NESTED} ? 1 : 0` } }],
  ] as const)('in a %s start no run, and the event says why; other functions run', async (_, options) => {
    await start((client) => [
      client.createFunction({ id: 'costly', ...options } as never, () => null),
      client.createFunction({ id: 'cheap', triggers: { event: 'go' } }, () => null),
    ]);

    const [eventId] = await inngest.send({ name: 'go', data: { l: LIST } });
    await inngest.advance(60_000);

    const outcomes = await outcomesOf(eventId);
    const reason = outcomes.find((outcome) => outcome.function.id === 'costly')?.reason;
    expect(reason).toContain(`skipped: ${TOO_COSTLY}`);
    expect((await inngest.allRuns()).map((run) => run.function.id)).toEqual(['cheap']);
  });

  itSlowly('do not hold in the conditions of many waits, and the event shows why', async () => {
    const condition = NESTED.replaceAll('event.data.l', 'async.data.l');
    await start((client) => [
      client.createFunction({ id: 'waits', triggers: { event: 'go' } }, async ({ step }) =>
        step.waitForEvent('wait', {
          event: 'answer',
          timeout: '1h',
          if: `${condition} || async.data.ok == true`,
        }),
      ),
    ]);
    await inngest.send(...Array.from({ length: 20 }, () => ({ name: 'go' })));
    await inngest.advance(1_000);

    const [costly] = await inngest.send({ name: 'answer', data: { l: LIST, ok: true } });
    await inngest.advance(1_000);
    expect((await inngest.allRuns()).map((run) => run.status)).not.toContain('COMPLETED');
    expect((await outcomesOf(costly))[0]?.reason).toContain(`was not resumed: ${TOO_COSTLY}`);

    await inngest.send({ name: 'answer', data: { l: [], ok: true } });
    await inngest.advance(1_000);
    expect(new Set((await inngest.allRuns()).map((run) => run.status))).toEqual(new Set(['COMPLETED']));
  });

  itSlowly('are refused in a cancellation of runs, which then cancels nothing', async () => {
    await start((client) => [
      client.createFunction({ id: 'naps', triggers: { event: 'go' } }, async ({ step }) => {
        await step.sleep('nap', '1h');
      }),
    ]);
    await inngest.send({ name: 'go', data: { l: [] } }, { name: 'go', data: { l: LIST } });
    await inngest.advance(1_000);

    const answer = await fetch(`${inngest.server.url}/v1/cancellations`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        app_id: 'test',
        function_id: 'naps',
        started_before: new Date(inngest.clock.now()).toISOString(),
        if: `!(${NESTED})`,
      }),
    });

    expect(answer.status).toBe(400);
    expect(((await answer.json()) as Refusal).error).toContain(TOO_COSTLY);
    expect((await inngest.allRuns()).map((run) => run.status)).toEqual(['RUNNING', 'RUNNING']);
  });

  it('fail the run when one response brings too many of them to compile', async () => {
    await start((client) => [
      client.createFunction({ id: 'fn', triggers: { event: 'go' }, retries: 0 }, async ({ step }) => {
        const waits = Array.from({ length: 40 }, (_, index) =>
          step.waitForEvent(`wait-${index}`, {
            event: 'answer',
            timeout: '1h',
            if: `async.data.x == "${index}${'x'.repeat(4_000)}"`,
          }),
        );
        await Promise.all(waits);
      }),
    ]);

    const [eventId] = await inngest.send({ name: 'go' });

    expect(await inngest.ended(eventId)).toMatchObject({
      status: 'FAILED',
      output: { message: expect.stringContaining('conditions of the waits in one response') },
    });
  });
});
