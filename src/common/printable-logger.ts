import { inspect } from 'node:util';
import { ConsoleLogger, type LogLevel } from '@nestjs/common';
import { stackOf } from './error-text.js';
import { printable, printableJson, printableStack } from './printable.js';
import { Secrets } from './secrets.js';

const ON_ONE_LINE = { compact: true, breakLength: Infinity, colors: false } as const;

/** How many nested causes of an error are printed. */
const MAX_CAUSES = 8;

/**
 * Nest's console logger, with escaped texts: a logged text cannot add lines, colours or anything else to the log,
 * whoever sent it. Every message is one line, and a stack has one line per frame. Every logger of this project extends
 * this class.
 */
export class PrintableLogger extends ConsoleLogger {
  private secrets = new Secrets([]);

  /** Replaces each of these texts by `[secret]` in all later lines. */
  hide(secrets: readonly string[]): void {
    this.secrets = new Secrets(secrets);
  }

  /**
   * Local time, as `2026-11-28 12:18:43`. Nest's format depends on the machine's language, and needs data that take 8 MB of
   * memory.
   */
  protected override getTimestamp(): string {
    const now = new Date();
    const two = (part: number): string => String(part).padStart(2, '0');
    const day = [now.getFullYear(), two(now.getMonth() + 1), two(now.getDate())].join('-');
    return `${day} ${[now.getHours(), now.getMinutes(), now.getSeconds()].map(two).join(':')}`;
  }

  protected override formatContext(context: string): string {
    return super.formatContext(printable(context));
  }

  protected override stringifyMessage(message: unknown, level: LogLevel): string {
    const resolved = this.resolveMessage(message);
    if (resolved instanceof Error) return this.colorize(this.secrets.hide(describeSafely(resolved)), level);
    const text = typeof resolved === 'string' ? resolved : inspect(resolved, this.onOneLine);
    return super.stringifyMessage(printable(this.secrets.hide(text)), level);
  }

  protected override stringifyParams(params: Record<string, unknown>): string {
    return printable(this.secrets.hide(inspect(params, this.onOneLine)));
  }

  protected override stringifyJsonLogObject(line: Record<string, unknown>): string {
    return printableJson(this.secrets.hide(super.stringifyJsonLogObject(line)));
  }

  protected override printStackTrace(stack: string): void {
    if (stack) super.printStackTrace(printableStack(this.secrets.hide(stack)));
  }

  private get onOneLine(): typeof this.inspectOptions {
    return { ...this.inspectOptions, ...ON_ONE_LINE };
  }
}

/** Some errors have getters or inspectors that throw. A log line must not fail because of them. */
function describeSafely(error: Error): string {
  try {
    return describe(error);
  } catch {
    return 'An error that cannot be shown: reading it throws.';
  }
}

/** The text of an error: its stack, its other properties, and its causes. */
function describe(error: Error, causes = 0): string {
  const {
    cause,
    stack: _stack,
    message: _message,
    name: _name,
    ...rest
  } = {
    cause: error.cause,
    ...Object.fromEntries(Object.entries(error)),
  } as Record<string, unknown>;
  const more = Object.keys(rest).length > 0 ? ` ${printable(inspect(rest, ON_ONE_LINE))}` : '';
  const text = stackOf(error) + more;
  if (cause === undefined || causes >= MAX_CAUSES) return text;
  const why = cause instanceof Error ? describe(cause, causes + 1) : printable(inspect(cause, ON_ONE_LINE));
  return `${text}\n[cause]: ${why}`;
}
