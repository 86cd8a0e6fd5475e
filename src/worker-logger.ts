import { isBootLine } from './common/boot-lines.js';
import { InngestLogger } from './inngest/index.js';

/** The log of the process: Nest's, with the step on every line logged inside one, and quiet while it comes up. */
export class WorkerLogger extends InngestLogger {
  override log(message: unknown, ...rest: unknown[]): void {
    if (!isBootLine(rest)) super.log(message, ...(rest as [string]));
  }

  /** What goes wrong while it comes up is thrown, too, and told once, by main. */
  override error(message: unknown, ...rest: unknown[]): void {
    if (!isBootLine(rest)) super.error(message, ...(rest as [string]));
  }
}
