import { printable } from './printable.js';

/** Writes formatted text to a terminal, with colours if they are enabled. */
export class TerminalPage {
  constructor(
    private readonly write: (text: string) => void,
    private readonly colours: boolean,
  ) {}

  /** Lines that belong together, with an empty line before and after them. */
  section(lines: readonly string[]): void {
    this.write(`\n${lines.map((line) => (line === '' ? '' : `  ${line}`)).join('\n')}\n\n`);
  }

  /** A line of a table of two columns. */
  row(name: string, value: string): string {
    return `${name.padEnd(11)}${this.paint(printable(value), 36, 39)}`;
  }

  bold(text: string): string {
    return this.paint(text, 1, 22);
  }

  green(text: string): string {
    return this.paint(text, 32, 39);
  }

  yellow(text: string): string {
    return this.paint(text, 33, 39);
  }

  private paint(text: string, on: number, off: number): string {
    return this.colours ? `\u001b[${on}m${text}\u001b[${off}m` : text;
  }
}

/** Whether output to this stream may have colours. */
export function mayColour(stream: { isTTY?: boolean }, env: NodeJS.ProcessEnv): boolean {
  return stream.isTTY === true && !env['NO_COLOR'];
}
