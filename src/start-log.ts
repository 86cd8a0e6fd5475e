import type { Addresses } from './banner.js';
import type { WorkerLogger } from './worker-logger.js';

const CONTEXT = 'Start';

/** Logs what the banner prints, for a JSON log. The registration logs its own result. */
export class StartLog {
  constructor(private readonly logger: WorkerLogger) {}

  addresses({ worker, metrics, inngest, target }: Addresses): void {
    const ofMetrics = metrics === undefined ? '' : ` Metrics: ${metrics}.`;
    this.logger.log(`Worker: ${worker}. Inngest (${target}): ${inngest}.${ofMetrics}`, CONTEXT);
  }

  exposure(lines: readonly string[]): void {
    if (lines.length > 0) this.logger.warn(lines.join('\n'), CONTEXT);
  }

  registered(): void {}
}
