import { Signals } from '../runs/signals.js';
import { DeferralStore } from '../store/deferral.store.js';
import { OutboxStore } from '../store/outbox.store.js';
import { StepStore } from '../store/step.store.js';
import { WaitStore } from '../store/wait.store.js';
import type { Op } from '../protocol/ops.js';
import { completed, ops, planned, ran, sleeps } from '../testing/answers.js';
import { BareEngine } from '../testing/bare-engine.js';

const SECOND = 1_000;
const HOUR = 60 * 60 * SECOND;

/** The next call of the function has been queued, and nothing else. */
const CONTINUES = [{ kind: 'continue', stepId: null, state: 'ready', attempt: 0 }];

describe('An op of an answer', () => {
  let engine: BareEngine;
  let call: Awaited<ReturnType<BareEngine['begin']>>;

  beforeAll(async () => {
    engine = await BareEngine.start({ id: 'fn', triggers: [{ event: 'go' }] }, { id: 'other', triggers: [] });
  });

  afterAll(() => engine.close());

  beforeEach(async () => {
    call = await engine.begin({ name: 'go', data: { user: 'ann' } });
  });

  afterEach(() => engine.endRuns());

  const apply = (...list: Op[]): unknown => engine.apply(call, ops(...list));
  const memo = (id: string): unknown => engine.memo(call.runId, id);
  const queued = (): unknown[] => engine.queued(call.runId);
  const step = (id: string): unknown => engine.get(StepStore).get(call.runId, id);
  const timeIn = (ms: number): string => new Date(engine.clock.now() + ms).toISOString();
  const run = (): unknown => {
    const { status, output } = engine.run(call.runId);
    return { status, output: JSON.parse(output ?? 'null') };
  };

  describe('Sleep', () => {
    it('lets the run rest for its duration; its result is null', async () => {
      apply(sleeps('nap', '1h'));
      await engine.advance(HOUR - 1);
      expect([memo('nap'), queued()]).toEqual([undefined, []]);

      await engine.advance(1);
      expect([memo('nap'), queued()]).toEqual([null, CONTINUES]);
    });

    it('lets the run rest until its date', () => {
      apply(sleeps('nap', timeIn(12 * HOUR)));

      expect(engine.timeTo(`sleep:${call.runId}:nap`)).toBe(12 * HOUR);
    });

    it('of more than a year fails the run', () => {
      apply(sleeps('nap', timeIn(366 * 24 * HOUR + 1)));

      expect(run()).toMatchObject({ status: 'FAILED', output: { name: 'InngestErrTimeoutTooLong' } });
    });

    it('goes with its run', () => {
      apply(sleeps('nap', '1h'), planned('work'));
      engine.apply(engine.take(), completed(null));

      expect(engine.timeTo(`sleep:${call.runId}:nap`)).toBeUndefined();
    });

    it('that the run has already changes nothing', async () => {
      apply(sleeps('nap', '1h'), planned('work'));
      const other = engine.take();
      await engine.advance(HOUR / 2);
      engine.apply(other, ops(sleeps('nap', '1h')));

      expect(engine.timeTo(`sleep:${call.runId}:nap`)).toBe(HOUR / 2);
    });
  });

  describe('WaitForEvent', () => {
    const wait = (condition?: string): Op => ({
      op: 'WaitForEvent',
      id: 'wait',
      opts: { event: 'answer', timeout: '1h', ...(condition !== undefined && { if: condition }) },
    });

    it('ends with the first event that fulfils its condition', async () => {
      apply(wait('async.data.user == event.data.user'));
      for (const user of ['bob', 'ann', 'ann'])
        await engine.send({ name: 'answer', data: { user }, id: user });
      engine.turn();

      expect(memo('wait')).toMatchObject({ name: 'answer', data: { user: 'ann' } });
      expect(queued()).toEqual(CONTINUES);
      expect(engine.timeTo(`${call.runId}:event:wait`)).toBeUndefined();
    });

    it('ends with null at its timeout, and waits no longer', async () => {
      apply(wait());
      await engine.advance(HOUR);

      expect([memo('wait'), queued()]).toEqual([null, CONTINUES]);
      expect(engine.get(WaitStore).hasAny('event', 'answer')).toBe(false);
    });

    it('with a condition that cannot be compiled fails the run', () => {
      apply(wait('async.data.user =='));

      expect(run()).toMatchObject({
        status: 'FAILED',
        output: { message: expect.stringContaining('invalid expression') },
      });
    });
  });

  describe('WaitForSignal', () => {
    const wait = (id: string, opts = {}): Op => ({
      op: 'WaitForSignal',
      id,
      opts: { signal: 'ready', timeout: '1h', ...opts },
    });

    it('ends with the signal and its data', async () => {
      apply(wait('wait'));

      expect(await engine.get(Signals).receive('ready', 1)).toBe(call.runId);
      expect([memo('wait'), queued()]).toEqual([{ data: { signal: 'ready', data: 1 } }, CONTINUES]);
      expect(await engine.get(Signals).receive('ready', 2)).toBeUndefined();
    });

    it('ends with null at its timeout', async () => {
      apply(wait('wait'));
      await engine.advance(HOUR);

      expect([memo('wait'), queued()]).toEqual([null, CONTINUES]);
    });

    it('fails the run if another step waits for the signal', () => {
      apply(wait('first'), wait('second'));

      expect(run()).toMatchObject({
        status: 'FAILED',
        output: { message: expect.stringContaining('Signal conflict') },
      });
    });

    it('takes the signal from another step if it says so', async () => {
      apply(wait('first'), wait('second', { conflict: 'replace' }));
      await engine.get(Signals).receive('ready', 1);

      expect([memo('first'), memo('second')]).toEqual([undefined, { data: { signal: 'ready', data: 1 } }]);
    });
  });

  describe('InvokeFunction', () => {
    const invoke = (functionId: string): Op => ({
      op: 'InvokeFunction',
      id: 'invoke',
      opts: { function_id: functionId, payload: { data: { n: 1 } }, timeout: '1h' },
    });

    it('starts the other function and ends with what that returns', () => {
      apply(invoke('other'));
      engine.turn();
      const invoked = engine.take();
      engine.apply(invoked, completed('done'));

      expect(engine.run(invoked.runId).functionId).toBe('other');
      expect([memo('invoke'), queued()]).toEqual([{ data: 'done' }, CONTINUES]);
    });

    it('ends with an error at its timeout', async () => {
      apply(invoke('other'));
      await engine.advance(HOUR);

      expect(memo('invoke')).toMatchObject({ error: { name: 'InngestInvokeTimeoutError' } });
      expect(queued()).toEqual(CONTINUES);
    });

    it('of a function that nobody registers ends with an error', () => {
      apply(invoke('nobody'));

      expect(memo('invoke')).toMatchObject({ error: { message: expect.stringContaining('nobody') } });
      expect(queued()).toEqual(CONTINUES);
    });
  });

  describe('Gateway', () => {
    it('leaves the call a request to make, and says nothing of its secrets in the step', () => {
      const requests = apply({
        op: 'Gateway',
        id: 'fetch',
        opts: { url: 'https://x.test/y?key=1', method: 'PUT' },
      });

      expect(requests).toMatchObject([{ url: 'https://x.test/y?key=1', method: 'PUT' }]);
      expect(step('fetch')).toMatchObject({
        status: 'RUNNING',
        opts: JSON.stringify({ url: 'https://x.test/y', method: 'PUT' }),
      });
      expect(queued()).toMatchObject([{ kind: 'start', state: 'running' }]);
    });
  });

  describe('DeferAdd', () => {
    const defer = (id: string): Op => ({ op: 'DeferAdd', id, opts: { fn_slug: 'other', input: {} } });
    const statuses = (): string[] =>
      engine
        .get(DeferralStore)
        .statuses(call.runId)
        .map(({ status }) => status);

    it('is noted beside a step that ends the run, and announced then', () => {
      apply({ op: 'RunComplete', id: 'end' }, defer('later'));

      expect(run()).toMatchObject({ status: 'COMPLETED' });
      const announced = engine.get(OutboxStore).due(engine.clock.steady(), 10);
      expect([statuses(), announced.length]).toEqual([['waiting'], 0]);
    });

    it('is refused after twenty of a run', () => {
      apply(...Array.from({ length: 21 }, (_, index) => defer(`defer-${index}`)), ran('a'));

      expect(statuses().filter((status) => status === 'waiting')).toHaveLength(20);
      expect(statuses().filter((status) => status === 'refused')).toHaveLength(1);
    });

    it('is taken back by DeferAbort', () => {
      apply(defer('later'), { op: 'DeferAbort', id: 'abort', opts: { target_hashed_id: 'later' } }, ran('a'));

      expect(statuses()).toEqual(['aborted']);
    });
  });
});
