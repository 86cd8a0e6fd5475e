/**
 * Characters that write a log's lines, or a terminal's screen, rather than stand in them: control characters (C0 and C1,
 * ESC among them), line and paragraph separators, lone surrogates, and invisible format characters, such as those that
 * turn the direction of writing. Joiners stay: scripts and emoji need them.
 */
const UNPRINTABLE = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]|(?![\u200c\u200d])\p{Cf}/gu;

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** A line of a stack that says where; nothing else has a line to itself. */
const FRAME = /^ {4}at \S/;

/** A text as it may stand in one line of a log: what would do something there is escaped, as in `\n` or `\x1b`. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, escape);
}

/** A text whose line ends are the program's own: each line is {@link printable}. */
export function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n');
}

/** JSON that a log or a terminal may show. It says the same: these characters occur only inside of its strings. */
export function printableJson(json: string): string {
  return json.replace(UNPRINTABLE, (char) => (char === '\n' ? char : toUnits(char)));
}

/** Every text in a value made {@link printable}, for a report that is laid out afterwards. */
export function printableTexts<T>(value: T): T {
  if (typeof value === 'string') return printable(value) as T;
  if (Array.isArray(value)) return value.map(printableTexts) as T;
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) {
    return value;
  }
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, printableTexts(part)])) as T;
}

/** A text that others broke into lines, as one line. */
export function oneLine(text: string): string {
  return text.trim().replace(/\s*[\r\n\u2028\u2029]\s*/g, ' ');
}

/**
 * A stack as it may stand in a log: a line for what was thrown and one for each place, whatever lines the message has.
 *
 * @param message the error's message when it is known; without it, lines in the message that look like places stay lines
 */
export function printableStack(stack: string, message = ''): string {
  const at = stack.indexOf(message);
  const headEnd = message !== '' && at >= 0 ? at + message.length : 0;
  const [first = '', ...lines] = stack.slice(headEnd).split('\n');
  const places = lines.map((line) => `${FRAME.test(line) ? '\n' : '\\n'}${printable(line)}`);
  return printable(stack.slice(0, headEnd) + first) + places.join('');
}

function escape(char: string): string {
  const code = char.codePointAt(0)!;
  const hex = code.toString(16);
  if (code > 0xffff) return `\\u{${hex}}`;
  return SHORT[char] ?? (code > 0xff ? `\\u${hex.padStart(4, '0')}` : `\\x${hex.padStart(2, '0')}`);
}

function toUnits(char: string): string {
  return char
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}
