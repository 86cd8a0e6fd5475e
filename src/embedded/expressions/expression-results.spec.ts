import * as fc from 'fast-check';
import { compileExpression } from './compile-expression.js';
import { asCondition, asGroup, asKey, asPriority, type Key } from './expression-results.js';

const evaluate = (source: string, data: object = {}, id = 'event-id') =>
  compileExpression(source).evaluate({ event: { name: 'demo/task', id, data } }, 0);

const keyed = (key: string): Key => ({ kind: 'key', key });
const unlimited: Key = { kind: 'unlimited' };

describe('asKey', () => {
  const DEDUPLICATE = 'event.data.force == true ? event.id : event.data.taskId';
  const key = (data: object) => asKey(evaluate(DEDUPLICATE, data));

  it.each([{}, { force: null }, { force: false }, { force: 'true' }, { force: 1 }])(
    'deduplicates by the taskId when not exactly forced: %j',
    (data) => expect(key({ taskId: 'T', ...data })).toEqual(keyed('T')),
  );

  it('is the event’s id when forced, so that it does not affect the key of the taskId', () => {
    expect(key({ taskId: 'T', force: true })).toEqual(keyed('event-id'));
  });

  it('never deduplicates an absent taskId', () => {
    expect(key({})).toEqual(unlimited);
  });

  it('treats null and "" as ordinary keys', () => {
    expect(key({ taskId: null }).kind).toBe('key');
    expect(key({ taskId: '' })).toEqual(keyed(''));
    expect(key({ taskId: null })).not.toEqual(key({ taskId: '' }));
  });

  it('treats 5 and "5" as the same key', () => {
    expect(key({ taskId: 5 })).toEqual(key({ taskId: '5' }));
  });

  it('is also forced by "true" and 1 when the condition is the bare field', () => {
    const bare = (data: object) => asKey(evaluate('event.data.force ? event.id : event.data.taskId', data));
    expect(bare({ taskId: 'T', force: 'true' })).toEqual(keyed('event-id'));
    expect(bare({ taskId: 'T', force: 1 })).toEqual(keyed('event-id'));
    for (const force of [false, null, '', 0, undefined])
      expect(bare({ taskId: 'T', force })).toEqual(keyed('T'));
  });

  it('does not limit when the expression gives false', () => {
    expect(
      asKey(evaluate('event.data.limited && event.data.taskId', { limited: false, taskId: 'T' })),
    ).toEqual(unlimited);
    expect(
      asKey(evaluate('event.data.limited && event.data.taskId', { limited: true, taskId: 'T' })),
    ).toEqual(keyed('T'));
    expect(asKey(evaluate('event.data.taskId', { taskId: false }))).toEqual(unlimited);
  });

  it('is an error when the expression could not be evaluated', () => {
    expect(asKey(evaluate('int(event.data.taskId)', { taskId: 'x' }))).toMatchObject({ kind: 'error' });
  });

  it('differs for different strings', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        expect(asKey(evaluate('event.data.x', { x: a }))).toEqual(keyed(a));
        expect(JSON.stringify(key({ taskId: a })) === JSON.stringify(key({ taskId: b }))).toBe(a === b);
      }),
    );
  });
});

describe('asPriority', () => {
  const CLAMPED =
    'event.data.priority == null ? 0 : (event.data.priority > 600 ? 600 : (event.data.priority < -600 ? -600 : int(event.data.priority)))';

  it.each([
    [undefined, 0],
    [null, 0],
    [0, 0],
    [1, 1],
    [600, 600],
    [601, 600],
    [1e9, 600],
    [-1, -1],
    [-600, -600],
    [-601, -600],
    ['500', 500],
    ['abc', 0],
    [true, 0],
    [2.7, 2],
  ])('of the clamped form with %p is %p', (priority, seconds) => {
    expect(asPriority(evaluate(CLAMPED, { priority }))).toBe(seconds);
  });

  it('of the clamped form without its guard is the full delay where the field is absent', () => {
    const unguarded = CLAMPED.slice(CLAMPED.indexOf('('));
    expect(asPriority(evaluate(unguarded, {}))).toBe(-600);
  });

  it.each([
    [undefined, 0],
    [null, 0],
    ['abc', 0],
    [true, 0],
    ['500', 500],
    [500, 500],
    [-60, -60],
    [1e6, 43_200],
    [-1e6, -43_200],
  ])('of int(event.data.priority) with %p is %p', (priority, seconds) => {
    expect(asPriority(evaluate('int(event.data.priority)', { priority }))).toBe(seconds);
  });

  it('of a bare JSON number is always 0', () => {
    fc.assert(
      fc.property(fc.integer(), (priority) => {
        expect(asPriority(evaluate('event.data.priority', { priority }))).toBe(0);
      }),
    );
  });

  it('of any integer is that integer within 12 hours', () => {
    fc.assert(
      fc.property(fc.integer(), (priority) => {
        const model = priority > 43_200 ? 43_200 : priority < -43_200 ? -43_200 : priority;
        expect(asPriority(evaluate('int(event.data.priority)', { priority }))).toBe(model);
      }),
    );
  });
});

describe('asCondition', () => {
  it.each([
    ['event.data.x == 1', { x: 1 }, true],
    ['event.data.x == 1', { x: 2 }, false],
    ['event.data.x == 1', {}, false],
    ['event.data.x', { x: true }, true],
    ['event.data.x', { x: 'yes' }, false],
    ['event.data.x', { x: 1 }, false],
    ['event.data.x || event.data.y', { y: 'yes' }, false],
    ['event.data.x < 1', {}, true],
    ['event.data.x < 1', { x: 'a' }, false],
  ])('of %s with %j is %p', (source, data, holds) => {
    expect(asCondition(evaluate(source, data))).toBe(holds);
  });
});

describe('asGroup', () => {
  it('is a group for every value', () => {
    const group = (data: object) => asGroup(evaluate('event.data.user', data));
    expect(group({ user: 'a' })).toBe('a');
    expect(group({ user: 5 })).toBe('5');
    expect(group({ user: null })).toBe('NULL_VALUE');
    expect(group({ user: ['a', 1] })).toBe('[a 1]');
    expect(group({})).toBe('false');
    expect(asGroup(evaluate('int(event.data.user)', { user: 'x' }))).toBe('false');
  });
});
