import type { ConsoleLoggerOptions } from '@nestjs/common';
import { printable } from '../../common/printable.js';
import { PrintableLogger } from '../../common/printable-logger.js';
import { currentStep } from './current-step.js';

/**
 * Nest's console logger, which also starts every line that is logged inside a step with `run=… step=… attempt=… key=…`
 * (in JSON, the fields `run`, `function`, `step`, `attempt` and `idempotencyKey`). It colours only on a terminal.
 * Logged text cannot forge further log lines (see {@link PrintableLogger}).
 *
 * ```ts
 * const app = await NestFactory.create(AppModule, { logger: new InngestLogger() });
 * ```
 */
export class InngestLogger extends PrintableLogger {
  constructor(options: ConsoleLoggerOptions = {}) {
    // On a terminal, undefined lets Nest decide: it does not colour JSON, or if NO_COLOR is set.
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
