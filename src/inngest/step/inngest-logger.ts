import type { ConsoleLoggerOptions } from '@nestjs/common';
import { printable } from '../../common/printable.js';
import { PrintableLogger } from '../../common/printable-logger.js';
import { currentStep } from './current-step.js';

/**
 * Nest's console logger that heads every line logged inside a step with `run=… step=… attempt=… key=…` (fields
 * `run`, `function`, `step`, `attempt` and `idempotencyKey` in JSON), and that colours only on a terminal. No text that is logged can
 * write lines of the log (see {@link PrintableLogger}).
 *
 * ```ts
 * const app = await NestFactory.create(AppModule, { logger: new InngestLogger() });
 * ```
 */
export class InngestLogger extends PrintableLogger {
  constructor(options: ConsoleLoggerOptions = {}) {
    // On a terminal Nest decides: not in JSON, not under NO_COLOR.
    super({ ...options, colors: options.colors ?? (process.stdout.isTTY ? undefined : false) });
  }

  protected override formatContext(context: string): string {
    const step = currentStep();
    const head = super.formatContext(context);
    if (!step) return head;
    const { runId, stepId, attempt, idempotencyKey } = step;
    return `${head}${printable(`run=${runId} step=${stepId} attempt=${attempt} key=${idempotencyKey}`)} `;
  }

  protected override getJsonLogObject(
    ...args: Parameters<PrintableLogger['getJsonLogObject']>
  ): ReturnType<PrintableLogger['getJsonLogObject']> {
    const step = currentStep();
    const line = super.getJsonLogObject(...args);
    if (!step) return line;
    const { runId: run, functionId, stepId, attempt, idempotencyKey } = step;
    return { ...line, run, function: functionId, step: stepId, attempt, idempotencyKey };
  }
}
