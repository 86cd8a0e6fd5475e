import { BareEngine } from '../testing/bare-engine.js';
import { ProcessEnd, type CountedEnd } from './process-end.js';

const SECOND = 1_000;

describe('The end of the process while one call was under way', () => {
  let engine: BareEngine;
  let call: Awaited<ReturnType<BareEngine['begin']>>;

  beforeEach(async () => {
    engine = await BareEngine.start({ id: 'fn', triggers: [{ event: 'go' }], retries: 2 });
    call = await engine.begin({ name: 'go' });
  });

  afterEach(() => engine.close());

  /** @param uncounted how many earlier ends of the process did not count as an attempt */
  const count = ({ item }: typeof call, uncounted = 0): CountedEnd | undefined =>
    engine.transaction(() => engine.get(ProcessEnd).count({ ...item, uncounted }));

  it('is a failed attempt of the call, which is made again', () => {
    const retryAt = engine.clock.now() + SECOND;

    expect(count(call)).toEqual({ executions: 1, maxAttempts: 3, retryAt });
    expect(engine.queued(call.runId)).toEqual([
      { kind: 'continue', stepId: null, state: 'delayed', attempt: 1 },
    ]);
  });

  it('fails the run after the last attempt, those that did not count before included', () => {
    expect(count(call, 2)).toEqual({ executions: 3, maxAttempts: 3, retryAt: null });
    expect(engine.run(call.runId)).toMatchObject({
      status: 'FAILED',
      output: expect.stringContaining('ProcessEndedError'),
    });
    expect(engine.queued(call.runId)).toEqual([]);
  });

  it('leaves one more attempt before that', () => {
    expect(count(call, 1)).toMatchObject({ executions: 2, retryAt: expect.any(Number) });
  });
});
