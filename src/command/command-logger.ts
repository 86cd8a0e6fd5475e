import { isBootLine } from '../common/boot-lines.js';
import { PrintableLogger } from '../common/printable-logger.js';

/** The logger of the command. It drops what Nest logs while the server starts; the start message replaces that. */
export class CommandLogger extends PrintableLogger {
  constructor(colors: boolean) {
    super({ colors, logLevels: ['log'] });
  }

  override log(message: unknown, ...rest: unknown[]): void {
    if (!isBootLine(rest)) super.log(message, ...(rest as [string]));
  }

  override error(message: unknown, ...rest: unknown[]): void {
    if (!isBootLine(rest)) super.error(message, ...(rest as [string]));
  }
}
