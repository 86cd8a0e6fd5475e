import { compileExpression } from './compile-expression.js';
import type { Evaluation } from './expression.js';

const evaluate = (source: string, data: object = {}): Evaluation =>
  compileExpression(source).evaluate({ event: { name: 'x', data } }, 0);
const error = (source: string, data: object = {}): string => {
  const evaluation = evaluate(source, data);
  return evaluation.ok ? 'no error' : evaluation.error;
};

describe('an expression cannot', () => {
  it('read anything except the data', () => {
    expect(evaluate('event.constructor')).toEqual({ ok: true, value: false });
    expect(evaluate('event.data.toString')).toEqual({ ok: true, value: false });
    expect(error('event["constructor"]["constructor"]')).toBe('no such key: constructor');
    expect(error('event.data.l.map(x, x["constructor"])[0]["x"]', { l: [{}] })).not.toBe('no error');
    expect(evaluate('has(event.data.__proto__)')).toEqual({ ok: true, value: false });
    expect(evaluate('event.data.__proto__', JSON.parse('{"__proto__": 1}') as object)).toEqual({
      ok: true,
      value: 1,
    });
    expect(evaluate('{"__proto__": 1}["__proto__"]')).toEqual({ ok: true, value: 1n });
  });

  it('backtrack for ever in a regular expression', () => {
    expect(evaluate('event.data.s.matches("^(a+)+$")', { s: `${'a'.repeat(5_000)}b` })).toEqual({
      ok: true,
      value: false,
    });
    expect(evaluate('event.data.s.matches("^(a+)+$")', { s: 'aaa' })).toEqual({ ok: true, value: true });
    expect(error('event.data.s.matches(event.data.p)', { s: 'a', p: 'a'.repeat(2_000) })).toContain(
      'error parsing',
    );
  });

  it('iterate over a long list again and again', () => {
    const l = Array.from({ length: 2_000 }, (_, i) => i);
    expect(error('event.data.l.all(a, event.data.l.all(b, event.data.l.all(c, true)))', { l })).toContain(
      'costs too much',
    );
    expect(error('event.data.l.all(a, !("x" in event.data.l))', { l })).toContain('costs too much');
    expect(evaluate('event.data.l.all(a, a >= 0)', { l })).toEqual({ ok: true, value: true });
  });

  it('build an endless string', () => {
    const s = 'x'.repeat(1024 * 1024);
    expect(error(`event.data.s${' + event.data.s'.repeat(20)}`, { s })).toContain('costs too much');
  });

  it('overflow the stack', () => {
    const deep = {};
    let at: Record<string, unknown> = deep;
    for (let depth = 0; depth < 50_000; depth++) at = at['a'] = {};
    expect(error('event.data == event.data', deep)).toContain('nested too deeply');
  });

  it.each([
    ['too long', 'a'.repeat(10_000), 'at most 8192 characters'],
    ['nested too deeply', `${'('.repeat(500)}1${')'.repeat(500)}`, 'maxDepth'],
    ['negated too often', `${'!'.repeat(8_000)}true`, 'maxAstNodes'],
    ['made of too many parts', `1${'+1'.repeat(4_000)}`, 'maxAstNodes'],
  ])('be %s', (_what, source, reason) => {
    expect(() => compileExpression(source)).toThrow(reason);
  });
});
