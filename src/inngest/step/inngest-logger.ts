import { ConsoleLogger, type ConsoleLoggerOptions } from '@nestjs/common';
import { currentStep } from './current-step.js';

/**
 * Nest's console logger that heads every line logged inside a step with `run=… step=… attempt=… key=…` (fields
 * `run`, `step`, `attempt` and `idempotencyKey` in JSON), and that colours only on a terminal.
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
    return step
      ? `${head}run=${step.runId} step=${step.stepId} attempt=${step.attempt} key=${step.idempotencyKey} `
      : head;
  }

  protected override getJsonLogObject(
    ...args: Parameters<ConsoleLogger['getJsonLogObject']>
  ): ReturnType<ConsoleLogger['getJsonLogObject']> {
    const step = currentStep();
    const line = super.getJsonLogObject(...args);
    if (!step) return line;
    const { runId: run, stepId, attempt, idempotencyKey } = step;
    return { ...line, run, step: stepId, attempt, idempotencyKey };
  }
}
