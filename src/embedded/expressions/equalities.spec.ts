import * as fc from 'fast-check';
import { compileExpression } from './compile-expression.js';
import { valueAt } from './equalities.js';
import { asCondition } from './expression-results.js';

const NOW = Date.UTC(2026, 0, 1);
const eventWith = (data: unknown): object => ({ name: 'an/event', id: 'id', ts: NOW, user: {}, data });

/** Whether a lookup by the equality would find the condition. */
function isFound(source: string, event: object, async: object): boolean {
  const equality = compileExpression(source).equality(event);
  return !equality || valueAt(equality.path, async) === equality.value;
}

function holds(source: string, event: object, async: object): boolean {
  return asCondition(compileExpression(source).evaluate({ event, async }, NOW));
}

/** Many values that are equal, or almost equal. */
const scalar = fc.oneof(
  fc.constantFrom(null, true, false, 0, -0, 5, '5', 5.5, '', 'null', 'true', '"', '\\', '\0', '\ud800'),
  fc.constantFrom(1e308, Infinity, -Infinity, 2 ** 53, 2 ** 53 + 2, 1e-7, 'x'.repeat(197), 'x'.repeat(198)),
);
const tree = fc.letrec<{ node: unknown }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 2, withCrossShrink: true },
    scalar,
    fc.array(scalar, { maxLength: 2 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('node'), { maxKeys: 3 }),
  ),
})).node;
const data = fc.dictionary(fc.constantFrom('a', 'b', 'c'), tree, { maxKeys: 3 });

const path = fc
  .array(fc.constantFrom('a', 'b', 'c'), { maxLength: 3 })
  .map((keys) => ['data', ...keys].join('.'));
const field = (root: string): fc.Arbitrary<string> => path.map((rest) => `${root}.${rest}`);
const literal = fc.constantFrom(
  'null',
  'true',
  '5',
  '5.0',
  '-5',
  '5u',
  '"5"',
  '""',
  "'x'",
  '0',
  '-0.0',
  '"\\\\"',
);
const operand = fc.oneof(field('async'), field('event'), field('event'), literal);
const comparison = fc
  .tuple(operand, fc.constantFrom('==', '==', '==', '!=', '<'), operand)
  .map(([left, operator, right]) => `${left} ${operator} ${right}`);
const condition = fc
  .array(fc.tuple(comparison, fc.constantFrom(' && ', ' && ', ' && ', ' || ')), {
    minLength: 1,
    maxLength: 3,
  })
  .map((parts) => parts.map(([text, join], index) => (index === 0 ? text : join + text)).join(''));

describe('the equality of a condition', () => {
  it('never hides an event with which the condition holds', () => {
    fc.assert(
      fc.property(condition, data, fc.oneof(data, fc.constant(undefined)), (source, own, other) => {
        const event = eventWith(own);
        // With the same data on both sides, many terms are true.
        const async = eventWith(other ?? own);
        expect(!holds(source, event, async) || isFound(source, event, async)).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  it('is not computed from a costly term: a run may have a thousand waits with dozens of terms each', () => {
    const l = Array.from({ length: 400 }, (_, index) => index);
    const costly = 'async.data.x == event.data.l.exists(a, event.data.l.exists(b, a == -1.0))';

    expect(compileExpression(costly).equality(eventWith({ l }))).toBeUndefined();
    expect(
      compileExpression(`${costly} && async.data.user == event.data.user`).equality(
        eventWith({ l, user: 'ann' }),
      ),
    ).toEqual({ path: '["data","user"]', value: '"ann"' });
  });

  it.each([
    ['async.data.user == event.data.user', { path: '["data","user"]', value: '"ann"' }],
    ['event.data.user == async.data.user', { path: '["data","user"]', value: '"ann"' }],
    [
      'async.data.kind == "new" && async.data.user == event.data.user',
      { path: '["data","user"]', value: '"ann"' },
    ],
    ['async.data.n > 3 && async.data.kind == "new"', { path: '["data","kind"]', value: '"new"' }],
    ['async.data.n == event.data.n', { path: '["data","n"]', value: '5' }],
    ['async.data.n == 5.0', { path: '["data","n"]', value: '5' }],
    ['async.data.n == -5', { path: '["data","n"]', value: '-5' }],
    ['async.data.n == "5"', { path: '["data","n"]', value: '"5"' }],
    ['async.data.user == event.data.nobody', { path: '["data","user"]', value: 'null' }],
  ])('%s is looked up', (source, equality) => {
    expect(compileExpression(source).equality(eventWith({ user: 'ann', n: 5 }))).toEqual(equality);
  });

  it.each([
    'async.data.user == event.data.user || true',
    'async.data.user != event.data.user',
    '!(async.data.user == event.data.user)',
    'async.data.user == async.data.other',
    'async.data.list == event.data.list',
    'async.data.user == event.data.long',
    // Without `.name` the user counts as absent, and so as null.
    'async.data.user == event.data.nobody && async.data.user.name != "x"',
  ])('%s is not', (source) => {
    const event = eventWith({ user: 'ann', list: [1], long: 'x'.repeat(1_000) });
    expect(compileExpression(source).equality(event)).toBeUndefined();
  });
});
