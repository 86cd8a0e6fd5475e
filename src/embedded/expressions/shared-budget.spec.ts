import { RE2JS } from 're2js';
import { Budget, compileExpression, MAX_STEPS, SharedBudget, TooCostlyError } from './index.js';
import type { Evaluation } from './expression.js';

const evaluate = (source: string, data: object, budget?: Budget): Evaluation =>
  compileExpression(source).evaluate({ event: { name: 'x', data } }, 0, budget);

describe('The budget of an evaluation', () => {
  const l = Array.from({ length: 400 }, (_, index) => index);
  const long = 'a'.repeat(5_000);

  it.each([
    ['a pattern of thousands of instructions on a long text', 's.matches("(.*){500}")'],
    ['a pattern of nested repetitions', 's.matches("(.{0,50}){20}$")'],
    [
      'a pattern that is long to compile, once for each of many',
      'l.exists(x, "a".matches(string(x) + "(a|b|ab){900}"))',
    ],
    [
      'the conversion to a time zone, again and again',
      'l.exists(x, timestamp("2024-01-01T00:00:00Z").getHours("Asia/Tokyo") == 99)',
    ],
    [
      'dates, again and again',
      'l.exists(x, l.exists(y, date("2024-01-01T00:00:00Z") == timestamp("2020-01-01T00:00:00Z")))',
    ],
    ['JSON that is parsed, again and again', 'l.exists(x, json_parse(json) == null)'],
    ['texts that are compared, again and again', 'l.exists(x, l.exists(y, s.contains("b")))'],
  ])('does not allow %s', (_what, source) => {
    const data = { l, s: long, json: JSON.stringify({ a: long }) };

    expect(evaluate(source.replaceAll(/\b(l|s|json)(?=[.)])/g, 'event.data.$1'), data)).toEqual({
      ok: false,
      error: expect.stringContaining('the expression costs too much'),
    });
  });

  it.each(['(a{0,1000})'.repeat(80), `(${'a'.repeat(980)}){1000}`])(
    'does not allow a pattern of very many instructions, which is refused before it is compiled',
    (pattern) => {
      const compile = jest.spyOn(RE2JS, 'compile');
      expect(evaluate('"a".matches(event.data.pattern)', { pattern })).toMatchObject({
        ok: false,
        error: expect.stringContaining('the expression costs too much'),
      });
      expect(compile).not.toHaveBeenCalled();
      compile.mockRestore();
    },
  );

  it.each([
    ['the size of a large list', 'size(event.data.items) == 50000'],
    ['a comparison of a large list with null', 'event.data.items != null'],
    ['a short pattern on a text of some kilobytes', 'event.data.s.matches("(a+)+$")'],
    ['a large pattern on a short text', '"abc".matches("(.*){500}")'],
    ['a loop over some thousand elements', 'event.data.items.exists(x, x.id == 5000.0)'],
    ['a list made of a thousand elements', 'size(event.data.l.map(x, x + 1.0)) == 400'],
  ])('allows %s', (_what, source) => {
    const items = Array.from({ length: 50_000 }, (_, id) => ({ id, name: `item ${id}`, tags: ['a', 'b'] }));

    expect(evaluate(source, { items, s: long, l })).toEqual({ ok: true, value: true });
  });

  it.each(['(a{1000}){1000}', 'a{1001}', '(?=a)', String.raw`(a)\1`, 'a**', '(?<!a)b'])(
    'does not matter for a pattern that RE2 refuses: %s',
    (pattern) => {
      expect(evaluate('"a".matches(event.data.pattern)', { pattern })).toMatchObject({
        ok: false,
        error: expect.stringContaining('error parsing regexp'),
      });
    },
  );

  it('is shared by the items of one request, but each item keeps its own steps', () => {
    const costly = 'event.data.l.exists(a, event.data.l.exists(b, a + b == -1.0))';
    const shared = new SharedBudget();
    const spendAll = (): void => {
      for (let item = 0; item < 20; item++)
        evaluate('event.data.l.all(x, x >= 0.0)', { l }, shared.forItem());
      for (let item = 0; item < 1_000; item++)
        evaluate(
          'event.data.l.exists(a, event.data.l.exists(b, a == -1.0))',
          { l: l.slice(0, 60) },
          shared.forItem(),
        );
    };

    expect(() => evaluate(costly, { l }, new Budget())).toThrow(`more than ${MAX_STEPS} steps`);
    expect(spendAll).toThrow(TooCostlyError);
    expect(() => evaluate('event.data.l.all(x, x >= 0.0)', { l }, shared.forItem())).toThrow(TooCostlyError);
    expect(evaluate('event.data.l[3] == 3.0', { l }, shared.forItem())).toEqual({ ok: true, value: true });
  });

  it('is shared by all expressions of one item', () => {
    const budget = new Budget();
    const half = 'event.data.l.exists(a, event.data.l.exists(b, a == -1.0))';
    const data = { l: l.slice(0, 70) };

    expect(evaluate(half, data, budget)).toEqual({ ok: true, value: false });
    expect(() => evaluate(half, data, budget)).toThrow(TooCostlyError);
  });
});
