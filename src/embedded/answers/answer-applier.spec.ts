import { MAX_STATE_BYTES } from '../../common/inngest-limits.js';
import { failure } from '../protocol/answer.js';
import { StepStore } from '../store/step.store.js';
import { completed, ops, planned, ran, sleeps, threw } from '../testing/answers.js';
import { BareEngine } from '../testing/bare-engine.js';
import { AnswerApplier } from './answer-applier.js';

const SECOND = 1_000;

describe('An answer', () => {
  let engine: BareEngine;
  let call: Awaited<ReturnType<BareEngine['begin']>>;

  beforeAll(async () => {
    engine = await BareEngine.start({ id: 'fn', triggers: [{ event: 'go' }], retries: 1 });
  });

  afterAll(() => engine.close());

  beforeEach(async () => {
    call = await engine.begin({ name: 'go' });
  });

  afterEach(() => engine.endRuns());

  const queued = (): unknown[] => engine.queued(call.runId);
  const status = (): string => engine.run(call.runId).status;
  const results = (): number => engine.get(StepStore).stateOf(call.runId).results;
  const error = (): unknown => JSON.parse(engine.run(call.runId).output ?? 'null');
  const attempts = (): unknown[] =>
    engine
      .get(StepStore)
      .attempts(call.runId)
      .map(({ stepId, number, status: outcome }) => [stepId, number, outcome]);

  it('with what the function returned completes the run', () => {
    engine.apply(call, completed('done'));

    expect([status(), queued()]).toEqual(['COMPLETED', []]);
  });

  it('with a step that ran memoizes its result and queues the next call of the function', () => {
    engine.apply(call, ops(ran('a', 1)));

    expect(engine.memo(call.runId, 'a')).toEqual({ data: 1 });
    expect(queued()).toEqual([{ kind: 'continue', stepId: null, state: 'ready', attempt: 0 }]);
  });

  it('with a planned step queues a call for it', () => {
    engine.apply(call, ops(planned('a')));

    expect(queued()).toEqual([{ kind: 'step', stepId: 'a', state: 'ready', attempt: 0 }]);
  });

  it('with a step that something else ends queues no call', () => {
    engine.apply(call, ops(sleeps('nap', '1h')));

    expect([status(), queued()]).toEqual(['RUNNING', []]);
  });

  it.each([
    ['planned together calls the function after the last of them', [planned('a'), planned('b')], [0, 1]],
    [
      'that race calls the function after each of them',
      [planned('a', { parallelMode: 'race' }), planned('b', { parallelMode: 'race' })],
      [1, 1],
    ],
  ])('with steps %s', (_, steps, continues) => {
    engine.apply(call, { ...ops(...steps), version: 2 });

    const counts = steps.map(() => {
      const next = engine.take();
      engine.apply(next, ops(ran(next.item.stepId!)));
      return queued().filter((item) => (item as { kind: string }).kind === 'continue').length;
    });

    expect(counts).toEqual(continues);
  });

  it('with steps beside each other has the app plan what it finds until they are done', () => {
    engine.apply(call, { ...ops(planned('a'), planned('b')), version: 2 });
    expect(engine.run(call.runId).plansFirst).toBe(true);

    for (let step = 0; step < 2; step++) {
      const next = engine.take();
      engine.apply(next, ops(ran(next.item.stepId!)));
    }
    expect(engine.run(call.runId).plansFirst).toBe(false);
  });

  it('with the error of a step has the call made again, and memoizes the error of the last attempt', async () => {
    engine.apply(call, ops(threw('a')));
    expect(queued()).toEqual([{ kind: 'continue', stepId: null, state: 'delayed', attempt: 1 }]);

    await engine.advance(SECOND);
    engine.apply(engine.take(), ops(threw('a')));

    expect(engine.memo(call.runId, 'a')).toEqual({ error: { name: 'Error', message: 'no' } });
    expect(queued()).toEqual([{ kind: 'continue', stepId: null, state: 'ready', attempt: 0 }]);
    expect(attempts()).toEqual([
      ['a', 0, 'FAILED'],
      ['a', 1, 'FAILED'],
    ]);
  });

  it('with the error of the function has the call made again, and fails the run after the last attempt', async () => {
    engine.apply(call, failure('no'));
    expect([status(), queued()]).toEqual([
      'RUNNING',
      [{ kind: 'continue', stepId: null, state: 'delayed', attempt: 1 }],
    ]);

    await engine.advance(SECOND);
    engine.apply(engine.take(), failure('no'));

    expect([status(), error(), queued()]).toEqual(['FAILED', { name: 'Error', message: 'no' }, []]);
    expect(attempts()).toEqual([
      ['', 0, 'FAILED'],
      ['', 1, 'FAILED'],
    ]);
  });

  it('that asks for no retry fails the run at the first attempt', () => {
    engine.apply(call, { ...failure('no'), noRetry: true });

    expect([status(), queued()]).toEqual(['FAILED', []]);
  });

  it('without any step is a failed attempt', () => {
    engine.apply(call, ops());

    expect(queued()).toEqual([{ kind: 'continue', stepId: null, state: 'delayed', attempt: 1 }]);
  });

  it('is applied as a whole or not at all', () => {
    engine.apply(call, ops(ran('a'), { op: 'Unheard', id: 'b' }));

    expect(engine.get(StepStore).get(call.runId, 'a')).toBeUndefined();
    expect([status(), error()]).toEqual([
      'FAILED',
      { name: 'Error', message: expect.stringContaining('does not support "Unheard"') },
    ]);
  });

  it('with a step that ends the run leaves the steps after it alone', () => {
    engine.apply(call, ops(ran('a'), sleeps('too-long', '9000h'), sleeps('nap', '1h')));

    expect([status(), engine.memo(call.runId, 'a')]).toEqual(['FAILED', { data: null }]);
    expect(engine.get(StepStore).get(call.runId, 'nap')).toBeUndefined();
  });

  it('with more steps than a run may have fails the run', () => {
    const steps = Array.from({ length: 1_001 }, (_, index) => ran(`step-${index}`));
    engine.apply(call, ops(...steps));

    expect([status(), error()]).toEqual([
      'FAILED',
      expect.objectContaining({ name: 'InngestErrFunctionOverflowed' }),
    ]);
    expect(engine.get(StepStore).ofRun(call.runId)).toEqual([]);
  });

  it('may fill the state of the run to its limit, and fails the run above it', () => {
    const bytes = MAX_STATE_BYTES - Buffer.byteLength(JSON.stringify({ data: 1 }));
    engine.get(StepStore).save(
      {
        runId: call.runId,
        id: 'large',
        name: 'large',
        op: 'RUN',
        status: 'COMPLETED',
        opts: null,
        race: false,
        queuedAt: 0,
        startedAt: 0,
        endedAt: 0,
      },
      JSON.stringify('x'.repeat(bytes - 2)),
    );
    engine.apply(call, ops(ran('a', 1)));
    expect(status()).toBe('RUNNING');

    engine.apply(engine.take(), ops(ran('b', 1)));
    expect([status(), error()]).toEqual([
      'FAILED',
      expect.objectContaining({ name: 'InngestErrStateOverflowed' }),
    ]);
  });

  it('with nothing but known steps has the function called again, and counts as a step', () => {
    engine.apply(call, ops(ran('a')));
    engine.apply(engine.take(), ops(ran('a')));

    expect([results(), engine.run(call.runId).repetitions]).toEqual([1, 1]);
    expect(queued()).toHaveLength(1);
  });

  it('with a new step beside a known one counts the new one', () => {
    engine.apply(call, ops(ran('a')));
    engine.apply(engine.take(), ops(ran('a'), ran('b')));

    expect([results(), engine.run(call.runId).repetitions]).toEqual([2, 0]);
  });

  it('to a call of one step that says nothing of the step has the step called again', () => {
    engine.apply(call, ops(planned('a')));
    engine.apply(engine.take(), ops(ran('other')));

    expect(queued()).toContainEqual({ kind: 'step', stepId: 'a', state: 'ready', attempt: 0 });
  });

  it('that comes when the run has ended changes nothing', () => {
    engine.apply(call, ops(planned('a'), planned('b')));
    const [first, second] = [engine.take(), engine.take()];
    engine.apply(first, completed('first'));
    engine.apply(second, completed('second'));

    expect([error(), queued()]).toEqual(['first', []]);
  });

  it('reported from inside a call leaves the call under way', () => {
    const effects = engine.transaction(() => engine.get(AnswerApplier).applyDuring(call.item, [ran('a')]));

    expect(effects).toEqual([{ kind: 'resolved', race: false }]);
    expect(engine.memo(call.runId, 'a')).toEqual({ data: null });
    expect(queued()).toEqual([{ kind: 'start', stepId: null, state: 'running', attempt: 0 }]);
  });
});
