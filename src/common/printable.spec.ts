import { stackOf } from './error-text.js';
import {
  oneLine,
  printable,
  printableJson,
  printableLines,
  printableStack,
  printableTexts,
} from './printable.js';

/** Characters that could start a line or control a terminal. */
const ANY = /[\p{Cc}\u200b\u200e\u200f\u2028-\u202e\u2060-\u2064\u2066-\u2069\ufeff]/u;

describe('printable', () => {
  it.each([
    ['a\nb\r\nc\td', 'a\\nb\\r\\nc\\td'],
    ['\u001b[31mred\u001b]0;title\u0007', '\\x1b[31mred\\x1b]0;title\\x07'],
    ['\u009b2J\u0085\u0000\u007f', '\\x9b2J\\x85\\x00\\x7f'],
    ['\u2028\u2029', '\\u2028\\u2029'],
    ['\u202eabc\u202c\u2066x\u2069\u200f\u061c', '\\u202eabc\\u202c\\u2066x\\u2069\\u200f\\u061c'],
    ['\u200b\ufeff\u00ad\u{e0041}', '\\u200b\\ufeff\\xad\\u{e0041}'],
    ['\ud800', '\\ud800'],
    ['naïve 日本 👩‍💻 C:\\new', 'naïve 日本 👩‍💻 C:\\new'],
  ])('escapes what writes lines or screens, and nothing else: %j', (text, expected) => {
    expect(printable(text)).toBe(expected);
  });

  it('leaves no character that could', () => {
    const all = Array.from({ length: 0x1_0000 }, (_, code) => String.fromCharCode(code)).join(' ');
    expect(printable(all)).not.toMatch(ANY);
  });

  it('keeps the lines of a text that is the own', () => {
    expect(printableLines('a:\n  - \u001b[1m\r')).toBe('a:\n  - \\x1b[1m\\r');
  });

  it('makes one line of what others broke into lines', () => {
    expect(oneLine(' 2 mistakes:\r\n  - a\n\n  - b\u2028c ')).toBe('2 mistakes: - a - b c');
  });

  it('keeps what JSON says', () => {
    const value = { a: ['\u009b\u2028\u202e', '\ud83d\ude00', '\u{e0041}', '\n'] };
    const json = printableJson(JSON.stringify(value, null, 2));
    expect(json).not.toMatch(/[\u0080-\u009f\u2028-\u202e]/);
    expect(JSON.parse(json)).toEqual(value);
  });

  it('reaches every text of a report', () => {
    const at = new Date(0);
    expect(printableTexts({ a: ['\n', { b: '\u001b' }], n: 1, u: undefined, at })).toEqual({
      a: ['\\n', { b: '\\x1b' }],
      n: 1,
      u: undefined,
      at,
    });
  });
});

describe('A stack in a log', () => {
  const places = '\n    at first (file:///a.js:1:2)\n    at async second (file:///b.js:3:4)';

  it('is as it was when its message is one line', () => {
    expect(printableStack(`Error: boom${places}`)).toBe(`Error: boom${places}`);
    const error = new Error('boom');
    expect(stackOf(error)).toBe(error.stack);
  });

  it('has no line of a message', () => {
    const message = 'x\n[Nest] 1  - LOG all is well\n\u001b[2K\r    at nowhere (evil.js:1:1)';
    expect(printableStack(`Error: ${message}${places}`)).toBe(
      `Error: x\\n[Nest] 1  - LOG all is well\\n\\x1b[2K\\r    at nowhere (evil.js:1:1)${places}`,
    );
  });

  it('has no place that only a message names, when the message is known', () => {
    const error = new Error('x\n    at nowhere (evil.js:1:1)');
    expect(stackOf(error).split('\n')[0]).toBe('Error: x\\n    at nowhere (evil.js:1:1)');
    expect(stackOf(error).split('\n')[1]).toMatch(/^ {4}at .*printable\.spec\.[jt]s/);
  });

  it('has no line that others put into a stack of their own', () => {
    const error = Object.assign(new Error('boom'), {
      stack: `Error: boom${places}\n[Nest] 1  - LOG\u2028fake`,
    });
    expect(stackOf(error)).toBe(`Error: boom${places}\\n[Nest] 1  - LOG\\u2028fake`);
  });

  it('is the text of what is thrown without one', () => {
    expect(stackOf('a\nb')).toBe('a\\nb');
    expect(stackOf(Object.assign(new Error('a\nb'), { stack: undefined }))).toBe('Error: a\\nb');
  });
});
