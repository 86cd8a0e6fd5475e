/**
 * Characters that would change the lines of a log or the screen of a terminal: control characters (C0 and C1, including
 * ESC), line and paragraph separators, unpaired surrogates, and invisible format characters, such as those that change
 * the direction of writing. Joiners are not among them, because scripts and emoji need them.
 */
const UNPRINTABLE = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]|(?![\u200c\u200d])\p{Cf}/gu;

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** A frame of a stack. Only frames have their own lines. */
const FRAME = /^ {4}at \S/;

/** Escapes a text for one line of a log: characters with an effect become, for example, `\n` or `\x1b`. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, escape);
}

/** Escapes a text whose line breaks come from the program: each line becomes {@link printable}. */
export function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n');
}

/**
 * Escapes JSON for a log or a terminal. The value does not change, because such characters occur only inside strings.
 */
export function printableJson(json: string): string {
  return json.replace(UNPRINTABLE, (char) => (char === '\n' ? char : toUnits(char)));
}

/** Makes every text in a value {@link printable}, for a report that is formatted afterwards. */
export function printableTexts<T>(value: T): T {
  if (typeof value === 'string') return printable(value) as T;
  if (Array.isArray(value)) return value.map(printableTexts) as T;
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) {
    return value;
  }
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, printableTexts(part)])) as T;
}

/** Joins the lines of a text into one line. */
export function oneLine(text: string): string {
  return text.trim().replace(/\s*[\r\n\u2028\u2029]\s*/g, ' ');
}

/**
 * Escapes a stack for a log: one line for the thrown value and one for each frame, however many lines the message has.
 *
 * @param message the error's message, if known; without it, lines of the message that look like frames remain lines
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
