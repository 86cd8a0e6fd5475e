import type { ConsoleLoggerOptions } from '@nestjs/common';
import { isBootLine } from './common/boot-lines.js';
import { InngestLogger } from './inngest/index.js';
import { currentTraceId } from './tracing/index.js';

/**
 * The logger of the process. Lines that are logged inside a step name the step; in JSON, lines of a call also have its
 * trace.
 * It drops what Nest logs while the application starts.
 */
export class WorkerLogger extends InngestLogger {
  constructor(options: ConsoleLoggerOptions = {}) {
    super(options.json ? { ...options, colors: false } : options);
  }

  override log(message: unknown, ...rest: unknown[]): void {
    if (!isBootLine(rest)) super.log(message, ...(rest as [string]));
  }

  /** Drops errors that Nest logs at the start: they are also thrown, and main logs them once. */
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
