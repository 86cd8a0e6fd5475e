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
    ['event.data.a ?? 1', '?? is not supported: write x != null ? x : y', 1, 15],
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
    ['user.id == 1', 'Unknown name "user"; the known names are event, async', 1],
    ['events[0].data.x', 'Unknown name "events"; the known names are event, async', 1],
    ['event.data.l.exists(x, y == 1)', 'Unknown name "y"; the known names are event, async, x', 24],
    ['foo(event.data.s)', 'Unknown function foo()', 1],
    ['event.data.s.replace("a", "b")', 'Unknown method replace()', 14],
    ['event.data.s.lowerAscii()', 'Unknown method lowerAscii()', 14],
    ['startsWith(event.data.s, "a")', 'Unknown function startsWith()', 1],
    ['event.data.s.lowercase()', 'Unknown method lowercase()', 14],
    ['size()', 'size() does not accept 0 argument(s)', 1],
    ['event.data.s.contains("a", "b")', 'contains() does not accept 2 argument(s)', 14],
    ['has(event)', 'has() needs exactly one field, such as has(event.data.x)', 1],
    ['event.data.l.exists("a", true)', 'exists(var, predicate) invalid predicate iteration variable', 21],
  ])('%j, which uses an unknown name or function', (source, reason, column) => {
    expect(refusal(source)).toMatchObject({ reason, position: { line: 1, column } });
  });

  it.each([
    ['"a" && true', 'A condition (true or false) is needed here, not a value of type string'],
    ['1 ? 2 : 3', 'A condition (true or false) is needed here, not a value of type int'],
    ['event.data.vip ? "big" : 2', 'The two results of ?: must have the same type, not string and int'],
    ['event.data.vip ? 600 : null', 'The two results of ?: must have the same type, not int and null_type'],
    ['2.0 * 3', '* does not accept values of type double and int; convert with int() or double()'],
    ['!1', '! does not accept a value of type int'],
    ['!-1', '! and - cannot follow one another without parentheses'],
    ['uppercase(5)', 'uppercase() does not accept a value of type int'],
    ['uppercase(!event.data.x)', 'uppercase() does not accept a value of type bool'],
    ['"a".x', 'A value of type string has no field x'],
    ['event[1]', 'A value of type map has no index of type int'],
    ['1 in ["a"]', 'A value of type int cannot be in this list'],
    ['event.data.l.filter(x, "a")', 'A condition (true or false) is needed here, not a value of type string'],
    ['"a".exists(x, true)', 'exists() needs a list or a map, not a value of type string'],
  ])('%j, whose types cannot fit', (source, reason) => {
    expect(refusal(source).reason).toBe(reason);
  });

  it.each(['r"raw"', 'b"bytes"', '"""three"""', "'''three'''"])(
    '%s, a kind of string that Inngest does not support',
    (source) => {
      expect(refusal(source).reason).toContain('Inngest does not support');
    },
  );

  it('names the position in its message', () => {
    expect(refusal('event.data.a ?? 1').message).toBe(
      '?? is not supported: write x != null ? x : y (line 1, column 15 of "event.data.a ?? 1")',
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
  ])('accepts comparisons and their combinations: %s', (source) =>
    expect(compileCondition(source).source).toBe(source),
  );

  it.each([
    ['size(async.data.x) > 1', 'Only comparisons are allowed here, not size()'],
    ['async.data.x.contains("a")', 'Only comparisons are allowed here, not contains()'],
    ['async.data.l.exists(x, x == 1)', 'Only comparisons are allowed here, not the macro exists()'],
    ['has(async.data.x)', 'Only comparisons are allowed here, not has()'],
    ['async.data.x + 1 == 2', 'Only comparisons are allowed here, not +'],
    ['-async.data.x == 2', 'Only comparisons are allowed here, not -'],
  ])('refuses everything else: %s', (source, reason) =>
    expect(refusal(source, compileCondition).reason).toBe(reason),
  );
});
