import { Database } from './database.js';
import { createSchema } from './migrate.js';
import { StepStore } from './step.store.js';

const STEP = { op: 'RUN', status: 'COMPLETED', opts: null, race: false } as const;
const step = (id: string, runId = 'run'): Parameters<StepStore['save']>[0] => ({
  ...STEP,
  runId,
  id,
  name: id,
  queuedAt: 1,
  startedAt: 1,
  endedAt: 1,
});
const MEMO = '{"data":"Zoë"}';
/** In UTF-8, "ë" has two bytes. */
const MEMO_BYTES = MEMO.length + 1;

describe('The state of a run', () => {
  let db: Database;
  let steps: StepStore;
  let queries: jest.SpyInstance;

  beforeEach(() => {
    db = new Database(':memory:');
    createSchema(db);
    steps = new StepStore(db);
    queries = jest.spyOn(db, 'get');
  });
  afterEach(() => db.close());

  /** As a server reads it that was just started. */
  const stored = (runId = 'run'): unknown => new StepStore(db).stateOf(runId);

  it('grows with each new result, without a query, as the rows say', () => {
    db.transaction(() => steps.beginRun('run'));
    db.transaction(() => steps.add(step('a'), MEMO));
    db.transaction(() => {
      steps.save(step('b'));
      steps.memoize('run', 'b', { memo: MEMO, status: 'COMPLETED', at: 2 });
      steps.save(step('c'), MEMO);
    });

    const state = { results: 3, bytes: 3 * MEMO_BYTES, next: 3 };
    expect(steps.stateOf('run')).toMatchObject(state);
    expect(queries).not.toHaveBeenCalled();
    expect(stored()).toEqual({ ...state, others: 0 });
    expect(steps.memos('run').map(({ id }) => id)).toEqual(['a', 'b', 'c']);
  });

  it('does not grow with a result that the run already has, or with a step that has none', () => {
    db.transaction(() => steps.add(step('a'), MEMO));
    db.transaction(() => {
      steps.add(step('a'), 'null');
      steps.save(step('a'), 'null');
      steps.memoize('run', 'a', { memo: 'null', status: 'COMPLETED', at: 2 });
      steps.save(step('b'));
    });

    expect(steps.stateOf('run')).toEqual({ results: 1, bytes: MEMO_BYTES, next: 1, others: 1 });
    expect(stored()).toEqual(steps.stateOf('run'));
  });

  it('is not kept in memory when the run has ended', () => {
    db.transaction(() => steps.add(step('a'), MEMO));
    db.transaction(() => steps.cancelUnresolved('run', 3));
    queries.mockClear();

    expect(steps.stateOf('run').results).toBe(1);
    expect(queries).toHaveBeenCalledTimes(1);
  });

  it('is what it was after a transaction that was rolled back', () => {
    db.transaction(() => steps.add(step('a'), MEMO));
    const fails = (): void =>
      db.transaction(() => {
        steps.add(step('b'), MEMO);
        throw new Error('no');
      });

    expect(fails).toThrow('no');
    expect(steps.stateOf('run').results).toBe(1);
  });

  it('has the results and the input with which a replay starts', () => {
    db.script(`INSERT INTO run (id, function_id, status, trigger_event, queued_at, priority, slots, request_version,
      from_step, from_step_input) VALUES ('replay', 'fn', 'QUEUED', 'go', 1, 0, '[]', -1, 'c', '["ë"]')`);
    db.transaction(() => ['a', 'b', 'c'].forEach((id) => steps.add(step(id), MEMO)));
    db.transaction(() => {
      steps.beginRun('replay');
      steps.copy('run', 'replay', ['b'], 2);
      steps.add(step('d', 'replay'), MEMO);
    });

    expect(steps.stateOf('replay')).toEqual({ results: 2, bytes: 2 * MEMO_BYTES + 6, next: 2, others: 0 });
    expect(stored('replay')).toEqual(steps.stateOf('replay'));
  });

  it.each([
    ['only results', 0, (): void => undefined],
    ['steps without a result', 1, (): void => void steps.save(step('c'))],
  ])('of which %s are known says what is unresolved with %s queries', (_, needed, more) => {
    db.transaction(() => steps.add(step('a'), MEMO));
    db.transaction(more);
    expect(steps.stateOf('run').results).toBe(1);
    const changes = jest.spyOn(db, 'run');
    queries.mockClear();

    expect(steps.countUnresolved('run')).toBe(0);
    expect(steps.isAwaiting('run')).toBe(false);
    db.transaction(() => steps.cancelUnresolved('run', 3));

    expect([queries.mock.calls.length, changes.mock.calls.length]).toEqual([2 * needed, needed]);
  });

  it('continues the order of results that an earlier version stored with gaps', () => {
    db.transaction(() => ['z', 'y'].forEach((id) => steps.add(step(id), MEMO)));
    db.script("UPDATE step SET memo_order = 7 WHERE id = 'y'");
    db.transaction(() => steps.add(step('a'), MEMO));

    expect(steps.memos('run').map(({ id }) => id)).toEqual(['z', 'y', 'a']);
  });
});
