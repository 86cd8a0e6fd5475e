import type { ConsoleLoggerOptions } from '@nestjs/common';
import { isBootLine } from './common/boot-lines.js';
import { InngestLogger } from './inngest/index.js';
import { currentTraceId } from './tracing/index.js';

/**
 * The log of the process: Nest's, with the step on every line logged inside one, and quiet while it comes up. In JSON
 * every line of a call also has its trace.
 */
export class WorkerLogger extends InngestLogger {
  constructor(options: ConsoleLoggerOptions = {}) {
    super(options.json ? { ...options, colors: false } : options);
  }

  override log(message: unknown, ...rest: unknown[]): void {
    if (!isBootLine(rest)) super.log(message, ...(rest as [string]));
  }

  /** What goes wrong while it comes up is thrown, too, and told once, by main. */
  override error(message: unknown, ...rest: unknown[]): void {
    if (!isBootLine(rest)) super.error(message, ...(rest as [string]));
  }

  protected override getJsonLogObject(
    ...args: Parameters<InngestLogger['getJsonLogObject']>
  ): ReturnType<InngestLogger['getJsonLogObject']> {
    const trace = currentTraceId();
    const line = super.getJsonLogObject(...args);
    return trace === undefined ? line : { ...line, trace };
  }
}
