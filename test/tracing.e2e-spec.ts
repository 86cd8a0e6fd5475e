import { INNGEST_PATH } from '../src/inngest/index.js';
import type { InngestHarness } from '../src/testing/nest.js';
import { clientModes } from './support/client-mode.js';
import { startDemoTasks, STEPS } from './support/demo-task.js';
import { RecordedSpans, type RecordedSpan } from './support/recorded-spans.js';
import { startWorker, type TestWorker } from './support/start-worker.js';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const CALLER = 'b7ad6b7169203331';

describe.each(clientModes())('Traces ($checkpointing)', (client) => {
  let spans: RecordedSpans;
  let inngest: InngestHarness;
  let second: TestWorker | undefined;

  beforeEach(async () => {
    spans = new RecordedSpans();
    inngest = await startDemoTasks({ inngest: client, tracing: spans.tracing });
  });

  afterEach(async () => {
    await inngest.close();
    await second?.close();
    second = undefined;
    await spans.close();
  });

  const post = async (task: object, headers: Record<string, string> = {}): Promise<string> => {
    const response = await fetch(`${inngest.url}/demo-tasks`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(task),
    });
    expect(response.status).toBe(202);
    return ((await response.json()) as { eventId: string }).eventId;
  };
  const named = (name: string): RecordedSpan[] => spans.all.filter((span) => span.name === name);

  it('lead from the request through the event into the run and each attempt of its steps', async () => {
    const traceparent = `00-${TRACE}-${CALLER}-01`;
    const task = { taskId: 'a', delayMs: 5, simulateFailure: true, failAttempts: 1 };
    const run = await inngest.ended(await post(task, { traceparent }));
    expect(run.status).toBe('COMPLETED');

    const [request] = named('POST /demo-tasks');
    expect(request).toMatchObject({ traceId: TRACE, parent: CALLER, failed: false });
    const calls = named('run demo-task');
    for (const call of calls) {
      expect(call).toMatchObject({ traceId: TRACE, parent: request!.spanId });
      expect(call.attributes).toMatchObject({ 'inngest.run.id': run.id });
    }
    for (const step of STEPS) {
      const attempts = named(`step ${step}`);
      const isRetried = step === 'step-4-simulate-api-call';
      expect(attempts.map(({ failed }) => failed)).toEqual(isRetried ? [true, false] : [false]);
      expect(attempts.every(({ traceId }) => traceId === TRACE)).toBe(true);
      expect(attempts.every(({ parent }) => spans.all.some(({ spanId }) => spanId === parent))).toBe(true);
    }
  });

  it('go on where another worker goes on', async () => {
    const eventId = await post({ taskId: 'a', delayMs: 5, simulateFailure: true, failAttempts: 1 });
    await inngest.until(async () => {
      const [run] = await inngest.runs(eventId);
      return run !== undefined && named('step step-4-simulate-api-call').length === 1;
    });
    second = await startWorker(
      { INNGEST_URL: inngest.server.url, INNGEST_EVENT_KEY: 'test' },
      { clock: inngest.clock, tracing: spans.tracing },
    );
    await inngest.server.sync(second.url + INNGEST_PATH);
    await inngest.ended(eventId);

    const [request] = named('POST /demo-tasks');
    const [first, retry] = named('step step-4-simulate-api-call');
    expect([first?.traceId, retry?.traceId]).toEqual([request!.traceId, request!.traceId]);
  });

  it('begin with the run when its event names none, and are one trace for all of its calls', async () => {
    const [eventId] = await inngest.send({ name: 'demo/task.requested', data: { taskId: 'a', delayMs: 5 } });
    await inngest.ended(eventId);
    const calls = named('run demo-task');
    expect(calls.length).toBe(client.checkpointing ? 1 : STEPS.length + 1);
    expect(new Set(calls.map(({ traceId }) => traceId)).size).toBe(1);
    expect(calls.every(({ parent }) => parent === undefined)).toBe(true);
  });

  it('travel beside the data of an event, so that the same task is still the same', async () => {
    const first = await post({ taskId: 'same' }, { traceparent: `00-${TRACE}-${CALLER}-01` });
    const again = await post({ taskId: 'same' });
    await inngest.ended(first);
    expect(await inngest.runs(again)).toEqual([]);
    const { data } = await inngest.get<{ data: { data: object; user: object } }>(`/v1/events/${first}`);
    expect(data.data).toEqual({ taskId: 'same' });
    expect(JSON.stringify(data.user)).toContain(TRACE);
  });

  it('leave probes out', async () => {
    await fetch(`${inngest.url}/health/live`);
    await fetch(`${inngest.url}/metrics`);
    expect(spans.all).toEqual([]);
  });
});
