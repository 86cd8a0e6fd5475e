import { compileExpression } from './compile-expression.js';
import { goText } from './go-text.js';

const NOW = Date.UTC(2026, 0, 1, 12);

const event = {
  name: 'demo/task',
  id: 'event-id',
  ts: 1_700_000_000_000,
  user: {},
  data: {
    s: 'str',
    empty: '',
    n: 5,
    zero: 0,
    f: 2.5,
    yes: true,
    no: false,
    nul: null,
    list: ['a', 'b'],
    nums: [1, 2, 3],
    none: [],
    obj: { k: 'v', n: 1, nul: null },
    objs: [
      { id: 'x', ok: true },
      { id: 'y', ok: false },
    ],
    date: '2024-01-15T14:30:45Z',
    n500: '500',
    big: 12_345_678_901,
    tiny: 0.000_01,
    b64: 'eyJhIjp7ImIiOjF9fQ==',
  },
};
const async = { name: 'demo/other', data: { a: 1 } };

/** The result as the real server writes it, or ERROR. */
function result(source: string): string {
  const evaluation = compileExpression(source).evaluate({ event, async }, NOW);
  return evaluation.ok ? goText(evaluation.value) : 'ERROR';
}

// Every expected result was obtained from the expression package of Inngest 1.43.
describe('expressions', () => {
  describe('read the event', () => {
    it.each([
      ['event.data.s', 'str'],
      ['event.name', 'demo/task'],
      ['event.id', 'event-id'],
      ['event["data"].s', 'str'],
      ['event.data["s"]', 'str'],
      ['event . data . s', 'str'],
      ['event.data.list[0]', 'a'],
      ['event.data.nums[event.data.zero]', '1'],
      ['event.data.objs[0].id', 'x'],
      ['event.data.nul', 'NULL_VALUE'],
      ['async.data.a', '1'],
      ['event.data.s // a comment', 'str'],
      ['{"a": 1}.a', '1'],
      ['{1: "a"}[1]', 'a'],
    ])('%s gives %s', (source, expected) => expect(result(source)).toBe(expected));
  });

  describe('are false when a path does not exist', () => {
    it.each([
      'event.data.missing',
      'event.data.missing.deeper.still',
      'event.data.missing[0]',
      'event.data.missing["x"]',
      'event.data.nul.x',
      'event.data.s.x',
      'event.data.list.x',
      'event.user.id',
      'event.v',
      'async.data.missing',
      'event.data[event.data.missing]',
      'vars.x',
    ])('%s', (source) =>
      expect(compileExpression(source).evaluate({ event, async }, NOW)).toEqual({ ok: true, value: false }),
    );
  });

  describe('fail when an index, a key of a literal map or an item of a list does not exist', () => {
    it.each([
      'event.data["missing"]',
      'event.data.list[9]',
      'event.data.list[-1]',
      '{"a": 1}.b',
      'event.data.objs[0].nope',
      '[event.data.missing]',
    ])('%s', (source) => expect(result(source)).toBe('ERROR'));
  });

  describe('compare an absent field', () => {
    it.each([
      ['event.data.missing == null', 'true'],
      ['event.data.missing != null', 'false'],
      ['event.data["missing"] == null', 'true'],
      ['event.data.nul.x == null', 'true'],
      ['event.data.missing == event.data.nul', 'true'],
      ['event.data.missing == event.data.missing', 'false'],
      ['event.data.missing != event.data.missing', 'true'],
      ['event.data.missing == 0', 'false'],
      ['event.data.missing == ""', 'false'],
      ['event.data.missing != ""', 'true'],
      ['event.data.missing < 5', 'true'],
      ['event.data.missing <= 5', 'true'],
      ['event.data.missing > 5', 'false'],
      ['event.data.missing >= 5', 'false'],
      ['5 > event.data.missing', 'true'],
      ['5 < event.data.missing', 'false'],
      ['event.data.missing in ["a"]', 'false'],
      ['"a" in event.data.missing', 'false'],
      ['(event.data.yes ? event.data.missing : 1) == null', 'true'],
    ])('%s is %s', (source, expected) => expect(result(source)).toBe(expected));
  });

  describe('compare null', () => {
    it.each([
      ['event.data.nul == null', 'true'],
      ['event.data.nul == false', 'false'],
      ['event.data.nul == ""', 'false'],
      ['event.data.nul != 0', 'true'],
      ['event.data.nul < 5', 'true'],
      ['5 < event.data.nul', 'false'],
      ['event.data.nul > 0', 'false'],
      ['event.data.nul <= 0', 'true'],
      ['event.data.nul > event.data.s', 'false'],
      ['event.data.s > event.data.nul', 'true'],
      ['event.data.nul > event.data.missing', 'true'],
      ['event.data.nul < event.data.nul', 'ERROR'],
      ['event.data.yes > event.data.nul', 'ERROR'],
      ['null in [null]', 'true'],
    ])('%s is %s', (source, expected) => expect(result(source)).toBe(expected));
  });

  describe('compare values', () => {
    it.each([
      ['event.data.n == 5', 'true'],
      ['event.data.n == 5u', 'true'],
      ['event.data.n == "5"', 'false'],
      ['event.data.yes == 1', 'false'],
      ['event.data.yes == "true"', 'false'],
      ['event.data.n > 4 && event.data.n <= 5.0', 'true'],
      ['"B" < "a"', 'true'],
      ['event.data.n < "a"', 'ERROR'],
      ['event.data.list == ["a", "b"]', 'true'],
      ['event.data.nums == [1, 2, 3]', 'true'],
      ['event.data.obj == {"k": "v", "n": 1.0, "nul": null}', 'true'],
      ['1 in event.data.nums', 'true'],
      ['"k" in event.data.obj', 'true'],
      ['"a" in event.data.s', 'ERROR'],
      ['0.0 / 0.0 == 0.0 / 0.0', 'false'],
    ])('%s is %s', (source, expected) => expect(result(source)).toBe(expected));
  });

  describe('calculate with doubles, because numbers of JSON are doubles', () => {
    it.each([
      ['event.data.n + 1.0', '6'],
      ['event.data.n + 1', '51'],
      ['event.data.n - 1', 'ERROR'],
      ['event.data.n - 1.0', '4'],
      ['event.data.n * 2', 'ERROR'],
      ['event.data.n * 2.0', '10'],
      ['int(event.data.n) * 2', '10'],
      ['-event.data.n', '-5'],
      ['7 / 2', '3'],
      ['-7 % 3', '-1'],
      ['7u / 2u', '3'],
      ['1 / 0', 'ERROR'],
      ['1.0 / 0.0', '+Inf'],
      ['9223372036854775807 + 1', 'ERROR'],
      ['--5', '5'],
    ])('%s gives %s', (source, expected) => expect(result(source)).toBe(expected));
  });

  describe('join values of all types with +', () => {
    it.each([
      ['event.data.s + "-" + event.data.n', 'str-5'],
      ['event.data.s + event.data.yes', 'strtrue'],
      ['event.data.s + event.data.big', 'str1.2345678901e+10'],
      ['event.data.s + event.data.tiny', 'str1e-05'],
      ['event.data.s + event.data.list', 'str[a b]'],
      ['event.data.s + event.data.obj', 'strmap[k:v n:1 nul:<nil>]'],
      ['event.data.s + event.data.nul', 'strNULL_VALUE'],
      ['event.data.s + event.data.missing', 'str'],
      ['event.data.missing + event.data.s', 'str'],
      ['event.data.missing + event.data.missing', 'false'],
      ['event.data.list + ["c"]', '[a b c]'],
      ['event.data.list + event.data.nums', '[a b 1 2 3]'],
      ['event.data.yes + event.data.no', 'ERROR'],
    ])('%s gives %s', (source, expected) => expect(result(source)).toBe(expected));
  });

  describe('evaluate ||, && and ?: on values of all types', () => {
    it.each([
      ['event.data.s || event.data.n', 'str'],
      ['event.data.empty || event.data.s', 'str'],
      ['event.data.missing || event.data.s', 'str'],
      ['event.data.zero || event.data.s', 'str'],
      ['event.data.missing || event.data.nul', 'NULL_VALUE'],
      ['event.data.missing || event.data.missing', 'false'],
      ['event.data.none || event.data.s', '[]'],
      ['event.data.s && event.data.n', '5'],
      ['event.data.empty && event.data.s', ''],
      ['event.data.s && event.data.missing', 'false'],
      ['event.data["x"] || event.data.s', 'str'],
      ['event.data.no && event.data["x"]', 'false'],
      ['event.data.yes ? 1 : 2', '1'],
      ['event.data.s ? 1 : 2', '1'],
      ['event.data.n ? 1 : 2', '1'],
      ['event.data.empty ? 1 : 2', '2'],
      ['event.data.zero ? 1 : 2', '2'],
      ['event.data.nul ? 1 : 2', '2'],
      ['event.data.missing ? 1 : 2', '2'],
      ['event.data["missing"] ? 1 : 2', '2'],
      ['event.data.none ? 1 : 2', '1'],
      ['event.data.obj ? 1 : 2', '1'],
    ])('%s gives %s', (source, expected) => expect(result(source)).toBe(expected));
  });

  describe('negate', () => {
    it.each([
      ['!event.data.no', 'true'],
      ['!event.data.missing', 'false'],
      ['!event.data.s', 'ERROR'],
      ['!event.data.nul', 'ERROR'],
      ['!!event.data.s', 'str'],
      ['!(!event.data.yes)', 'true'],
    ])('%s gives %s', (source, expected) => expect(result(source)).toBe(expected));
  });

  describe('evaluate has()', () => {
    it.each([
      ['has(event.data.s)', 'true'],
      ['has(event.data.nul)', 'true'],
      ['has(event.data.missing)', 'false'],
      // On an absent path, the operators around has() are absent too.
      ['!has(event.data.missing)', 'false'],
      ['has(event.data.missing) || true', 'true'],
      ['has(event.data.missing) ? "y" : "n"', 'n'],
      ['has(event.data.objs[0].nope)', 'false'],
      ['!has(event.data.objs[0].nope)', 'true'],
    ])('%s is %s', (source, expected) => expect(result(source)).toBe(expected));
  });

  it('count the paths above an absent path as absent too', () => {
    expect(result('size(event.data) > 0')).toBe('true');
    expect(result('size(event.data) > 0 && event.data.missing == null')).toBe('false');
  });

  describe('evaluate macros on lists and maps', () => {
    it.each([
      ['event.data.list.exists(x, x == "a")', 'true'],
      ['event.data.list.exists(x, x)', 'a'],
      ['event.data.objs.exists(o, o.missing == null)', 'true'],
      ['event.data.objs.exists(o, !o.ok)', 'true'],
      ['event.data.objs.all(o, o.id != "")', 'true'],
      ['event.data.objs.all(o, o.missing)', 'ERROR'],
      ['event.data.none.all(x, false)', 'true'],
      ['event.data.list.exists_one(x, x == "a")', 'true'],
      ['event.data.nums.filter(x, x > 1)', '[2 3]'],
      ['event.data.nums.map(x, x * 2.0)', '[2 4 6]'],
      ['event.data.nums.map(x, x > 1.0, x * 2.0)', '[4 6]'],
      ['event.data.objs.filter(o, o.ok).map(o, o.id)', '[x]'],
      ['event.data.obj.exists(k, k == "n")', 'true'],
      ['event.data.missing.exists(x, x == 1)', 'false'],
      ['event.data.nul.exists(x, x == 1)', 'ERROR'],
      ['[1, 2].exists(x, [2, 3].exists(y, y == x))', 'true'],
      ['event.data.list.exists(event, event == "b")', 'true'],
    ])('%s gives %s', (source, expected) => expect(result(source)).toBe(expected));
  });

  describe('convert', () => {
    it.each([
      ['int("500")', '500'],
      ['int("+5")', '5'],
      ['int("-500")', '-500'],
      ['int(2.9)', '2'],
      ['int(-2.9)', '-2'],
      ['int(5u)', '5'],
      ['int(event.data.missing)', 'false'],
      ['int(event.data.nul)', 'ERROR'],
      ['int(event.data.s)', 'ERROR'],
      ['int(event.data.yes)', 'ERROR'],
      ['int("")', 'ERROR'],
      ['int(" 5")', 'ERROR'],
      ['int("5.5")', 'ERROR'],
      ['int("0x10")', 'ERROR'],
      ['int(1e30)', 'ERROR'],
      ['uint("")', 'ERROR'],
      ['uint("+5")', 'ERROR'],
      ['uint("5")', '5'],
      ['uint(5.7)', '5'],
      ['double("1e3")', '1000'],
      ['double("x")', 'ERROR'],
      ['bool("TRUE")', 'true'],
      ['bool(event.data.n)', 'ERROR'],
      ['string(event.data.n)', '5'],
      ['string(event.data.big)', '1.2345678901e+10'],
      ['string(event.data.nul)', 'ERROR'],
      ['string(date("2024-01-15"))', '2024-01-15T00:00:00Z'],
      ['string(duration("90s"))', '90s'],
      ['type(event.data.n)', 'double'],
      ['type(event.data.n) == double', 'true'],
      ['type(event.data.nul) == null_type', 'true'],
      ['type(timestamp(1700000000)) == google.protobuf.Timestamp', 'true'],
      ['size(event.data.missing)', '0'],
      ['size("😀")', '1'],
      ['size(event.data.obj)', '3'],
      ['size(event.data.n)', 'ERROR'],
      ['event.data.list.size()', '2'],
    ])('%s gives %s', (source, expected) => expect(result(source)).toBe(expected));
  });

  describe('call functions on strings', () => {
    it.each([
      ['event.data.s.startsWith("s")', 'true'],
      ['event.data.s.endsWith("r")', 'true'],
      ['event.data.s.contains("t")', 'true'],
      ['event.data.n.startsWith("s")', 'ERROR'],
      ['event.data.missing.contains("x")', 'false'],
      ['event.data.s.matches("^s.r$")', 'true'],
      ['matches(event.data.s, "[[:digit:]]")', 'false'],
      ['event.data.s.matches("(?i)STR")', 'true'],
      ['event.data.s.matches("(?P<first>s)")', 'true'],
      ['event.data.s.matches("(?=s)")', 'ERROR'],
      ['event.data.s.matches("(")', 'ERROR'],
      // Backslash escapes are not decoded: \n stays two characters.
      ['size("a\\nb")', '4'],
      ['"\\"" == "x"', 'false'],
      ['lowercase("ABC")', 'abc'],
      ['uppercase(event.data.s)', 'STR'],
      ['lowercase(event.data.n)', ''],
      ['lowercase(event.data.missing)', 'false'],
      ['b64decode(event.data.b64)', '{"a":{"b":1}}'],
      ['b64decode("!!!")', ''],
      ['json_parse(b64decode(event.data.b64)).a.b', '1'],
      ['json_parse(b64decode(event.data.b64)).a.nope', 'ERROR'],
      ['json_parse("nope")', 'map[]'],
    ])('%s gives %s', (source, expected) => expect(result(source)).toBe(expected));
  });

  describe('call functions on times', () => {
    it.each([
      ['now()', '2026-01-01 12:00:00 +0000 UTC'],
      ['now_plus("1h30m")', '2026-01-01 13:30:00 +0000 UTC'],
      ['now_minus("1d")', '2025-12-31 12:00:00 +0000 UTC'],
      ['now_plus("soon")', 'ERROR'],
      ['date("2024-01-15")', '2024-01-15 00:00:00 +0000 UTC'],
      ['date("2024-01-15T14:30:45")', '2024-01-15 14:30:45 +0000 UTC'],
      ['date("2024-01-15T14:30:45.5Z")', '2024-01-15 14:30:45.5 +0000 UTC'],
      ['date("Mon, 15 Jan 2024 14:30:45 GMT")', '2024-01-15 14:30:45 +0000 UTC'],
      ['date(1700000000)', '2023-11-14 22:13:20 +0000 UTC'],
      ['date(1700000000000)', '2023-11-14 22:13:20 +0000 UTC'],
      ['date(event.ts)', 'ERROR'],
      ['date(int(event.ts))', '2023-11-14 22:13:20 +0000 UTC'],
      ['date("soon")', 'ERROR'],
      ['date("soon") < now()', 'ERROR'],
      ['date(event.data.date) < now()', 'true'],
      ['date(event.data.missing)', 'false'],
      ['timestamp(event.data.date) + duration("1h") > date(event.data.date)', 'true'],
      ['date(event.data.date) - date("2024-01-15")', '14h30m45s'],
      ['duration("1h") > duration("1m")', 'true'],
      ['duration("1d")', 'ERROR'],
      ['"" + duration("1500us")', '1.5ms'],
      ['int(date("2024-01-15"))', '1705276800'],
      ['duration("90s").getMinutes()', '1'],
      ['date(event.data.date).getFullYear()', '2024'],
      ['date(event.data.date).getMonth()', '0'],
      ['date(event.data.date).getDate()', '15'],
      ['date(event.data.date).getDayOfMonth()', '14'],
      ['date(event.data.date).getDayOfYear()', '14'],
      ['date(event.data.date).getHours()', '14'],
      ['date(event.data.date).getHours("America/New_York")', '9'],
    ])('%s gives %s', (source, expected) => expect(result(source)).toBe(expected));
  });

  it('are compiled once', () => {
    expect(compileExpression('event.data.once')).toBe(compileExpression('event.data.once'));
  });
});
