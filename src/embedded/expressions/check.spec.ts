import { compileCondition, compileExpression } from './compile-expression.js';
import { ExpressionSyntaxError } from './expression-syntax.error.js';

function refusal(source: string, compile = compileExpression): ExpressionSyntaxError {
  try {
    compile(source);
  } catch (error) {
    if (error instanceof ExpressionSyntaxError) return error;
    throw error;
  }
  throw new Error(`${source} was not refused`);
}

describe('compileExpression refuses', () => {
  it.each([
    ['event.data.a ?? 1', 'There is no ??: write x != null ? x : y', 1, 15],
    ['event.data.s ==', 'Unexpected token: EOF', 1, 16],
    ['(event.data.s', 'Expected RPAREN, got EOF', 1, 14],
    ['event.data.s = 1', 'Unexpected character: =', 1, 14],
    ['event.data.\n  s &&\n  ', 'Unexpected token: EOF', 3, 3],
    ['', 'Unexpected token: EOF', 1, 1],
    ['not true', "Unexpected character: 'e'", 1, 5],
    ['event.data.in', 'Expected IDENTIFIER, got IN', 1, 12],
  ])('%j, which does not parse', (source, reason, line, column) => {
    expect(refusal(source)).toMatchObject({ reason, source, position: { line, column } });
  });

  it.each([
    ['user.id == 1', 'There is no user here, only event, async', 1],
    ['events[0].data.x', 'There is no events here, only event, async', 1],
    ['event.data.l.exists(x, y == 1)', 'There is no y here, only event, async, x', 24],
    ['foo(event.data.s)', 'There is no function foo()', 1],
    ['event.data.s.replace("a", "b")', 'There is no method replace()', 14],
    ['event.data.s.lowerAscii()', 'There is no method lowerAscii()', 14],
    ['startsWith(event.data.s, "a")', 'There is no function startsWith()', 1],
    ['event.data.s.lowercase()', 'There is no method lowercase()', 14],
    ['size()', 'size() does not take 0 argument(s)', 1],
    ['event.data.s.contains("a", "b")', 'contains() does not take 2 argument(s)', 14],
    ['has(event)', 'has() takes one field, such as has(event.data.x)', 1],
    ['event.data.l.exists("a", true)', 'exists(var, predicate) invalid predicate iteration variable', 21],
  ])('%j, which names what does not exist', (source, reason, column) => {
    expect(refusal(source)).toMatchObject({ reason, position: { line: 1, column } });
  });

  it.each([
    ['"a" && true', 'A condition is needed here, not a string'],
    ['1 ? 2 : 3', 'A condition is needed here, not a int'],
    ['event.data.vip ? "big" : 2', 'The two results of ?: must be of one type, not string and int'],
    ['event.data.vip ? 600 : null', 'The two results of ?: must be of one type, not int and null_type'],
    ['2.0 * 3', '* does not take a double and a int; convert with int() or double()'],
    ['!1', '! does not take a int'],
    ['!-1', '! and - cannot follow one another without parentheses'],
    ['uppercase(5)', 'uppercase() does not take a int'],
    ['uppercase(!event.data.x)', 'uppercase() does not take a bool'],
    ['"a".x', 'A string has no field x'],
    ['event[1]', 'A map has no index that is a int'],
    ['1 in ["a"]', 'A int cannot be in this list'],
    ['event.data.l.filter(x, "a")', 'A condition is needed here, not a string'],
    ['"a".exists(x, true)', 'exists() does not go over a string'],
  ])('%j, whose types cannot fit', (source, reason) => {
    expect(refusal(source).reason).toBe(reason);
  });

  it.each(['r"raw"', 'b"bytes"', '"""three"""', "'''three'''"])(
    '%s, which Inngest takes for nothing',
    (source) => {
      expect(refusal(source).reason).toContain('Inngest does not understand');
    },
  );

  it('says where in its message', () => {
    expect(refusal('event.data.a ?? 1').message).toBe(
      'There is no ??: write x != null ? x : y (line 1, column 15 of "event.data.a ?? 1")',
    );
  });
});

describe('compileExpression accepts', () => {
  it.each([
    'event.data.force == true ? event.id : event.data.taskId',
    'event.data.vip ? 600 : int(event.data.priority)',
    'event.data.a == async.data.a',
    'event.data.n + 1',
    '1 + "a" + null',
    'event.data.n < "5"',
    '[1, "a", null] == [1.5]',
    'vars.x == 1',
    '-5',
    '!!event.data.x',
  ])('%s', (source) => expect(compileExpression(source).source).toBe(source));
});

describe('compileCondition', () => {
  it.each([
    'event.data.id == async.data.id && async.data.amount > -1',
    'int(async.data.n) == 5 || !(event.data.x in ["a", "b"])',
    'event.data["id"] == async.data.list[0]',
    'true',
  ])('takes what compares and combines: %s', (source) =>
    expect(compileCondition(source).source).toBe(source),
  );

  it.each([
    ['size(async.data.x) > 1', 'Only comparisons are possible here, not size()'],
    ['async.data.x.contains("a")', 'Only comparisons are possible here, not contains()'],
    ['async.data.l.exists(x, x == 1)', 'Only comparisons are possible here, not the macro exists()'],
    ['has(async.data.x)', 'Only comparisons are possible here, not has()'],
    ['async.data.x + 1 == 2', 'Only comparisons are possible here, not +'],
    ['-async.data.x == 2', 'Only comparisons are possible here, not -'],
  ])('refuses the rest: %s', (source, reason) =>
    expect(refusal(source, compileCondition).reason).toBe(reason),
  );
});
