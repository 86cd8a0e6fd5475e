import { ConsoleLogger, type ConsoleLoggerOptions } from '@nestjs/common';
import { currentStep } from './current-step.js';

/**
 * Nest's console logger that heads every line logged inside a step with `run=… step=… attempt=…` (fields of these
 * names in JSON), and that colours only on a terminal.
 *
 * ```ts
 * const app = await NestFactory.create(AppModule, { logger: new InngestLogger() });
 * ```
 */
export class InngestLogger extends ConsoleLogger {
  constructor(options: ConsoleLoggerOptions = {}) {
    // On a terminal Nest decides: not in JSON, not under NO_COLOR.
    super({ ...options, colors: options.colors ?? (process.stdout.isTTY ? undefined : false) });
  }

  protected override formatContext(context: string): string {
    const step = currentStep();
    const head = super.formatContext(context);
    return step ? `${head}run=${step.runId} step=${step.stepId} attempt=${step.attempt} ` : head;
  }

  protected override getJsonLogObject(
    ...args: Parameters<ConsoleLogger['getJsonLogObject']>
  ): ReturnType<ConsoleLogger['getJsonLogObject']> {
    const step = currentStep();
    const line = super.getJsonLogObject(...args);
    return step ? { ...line, run: step.runId, step: step.stepId, attempt: step.attempt } : line;
  }
}
