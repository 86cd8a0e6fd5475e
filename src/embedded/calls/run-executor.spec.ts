import { failure } from '../protocol/answer.js';
import type { Op } from '../protocol/ops.js';
import { completed, ops, planned, ran } from '../testing/answers.js';
import { BareEngine } from '../testing/bare-engine.js';
import { PatientStore } from '../faults/patient-store.js';
import { CallsUnderWay } from './calls-under-way.js';
import { RunExecutor } from './run-executor.js';

const SECOND = 1_000;

describe('A checkpoint', () => {
  let engine: BareEngine;
  let call: Awaited<ReturnType<BareEngine['begin']>>;

  beforeEach(async () => {
    engine = await BareEngine.start({ id: 'fn', triggers: [{ event: 'go' }], retries: 1 });
    call = await engine.begin({ name: 'go' });
  });

  afterEach(() => engine.close());

  const report = ({ item, runId }: typeof call, ...steps: Op[]): Promise<boolean> =>
    engine.get(RunExecutor).checkpoint({ runId, itemId: item.id, generation: item.generation }, steps);

  it('stores the steps that a call reports while it lasts, and the call goes on', async () => {
    expect(await report(call, ran('a', 1))).toBe(true);
    expect(engine.memo(call.runId, 'a')).toEqual({ data: 1 });
    expect(engine.queued(call.runId)).toMatchObject([{ state: 'running' }]);
  });

  it('with a step that ran gives the next step all of its attempts', async () => {
    engine.apply(call, failure('no'));
    await engine.advance(SECOND);
    const retry = engine.take();
    expect(retry.item.attempt).toBe(1);
    await report(retry, ran('a'));

    expect(engine.queued(call.runId)).toMatchObject([{ attempt: 0 }]);
    engine.apply(retry, failure('no'));
    expect(engine.run(call.runId).status).toBe('RUNNING');
  });

  it.each([
    [1, 'not'],
    [2, 'turn'],
    [4, 'turn'],
    [5, 'moment'],
  ])('waits for others while %d calls are under way: %s', async (calls, waits) => {
    const forRequest = jest.spyOn(engine.get(PatientStore), 'forRequest');
    for (let n = 0; n < calls; n++) engine.get(CallsUnderWay).began('fn');
    await report(call, ran('a'));

    expect(forRequest).toHaveBeenLastCalledWith(expect.any(Function), expect.objectContaining({ waits }));
  });

  it.each([
    [0, 'not'],
    [1, 'turn'],
    [3, 'turn'],
    [4, 'moment'],
  ])('of an answer waits for others while %d other calls are under way: %s', async (calls, waits) => {
    const untilStored = jest.spyOn(engine.get(PatientStore), 'untilStored');
    for (let n = 0; n < calls; n++) engine.get(CallsUnderWay).began('fn');
    await engine.get(RunExecutor).execute(call.item, { fn: undefined, answer: failure('no') });

    expect(untilStored).toHaveBeenLastCalledWith(expect.any(Function), expect.objectContaining({ waits }));
  });

  it('of a call that is not under way any more changes nothing, and tells the app to stop', async () => {
    engine.apply(call, ops(planned('a')));

    expect(await report(call, ran('late'))).toBe(false);
    expect(engine.memo(call.runId, 'late')).toBeUndefined();
  });

  it('of an earlier generation of the call tells the app to stop', async () => {
    engine.apply(call, failure('no'));
    await engine.advance(SECOND);
    engine.take();

    expect(await report(call, ran('late'))).toBe(false);
  });

  it('of a run that has ended tells the app to stop', async () => {
    engine.apply(call, ops(planned('a'), planned('b')));
    const [first, second] = [engine.take(), engine.take()];
    engine.apply(first, completed(null));

    expect(await report(second, ran('b'))).toBe(false);
  });
});
