import { Injectable } from '@nestjs/common';
import { InngestRegistration } from '../inngest/index.js';
import { WorkerMetrics } from './worker-metrics.js';

/** Reads the current metrics of this worker. */
@Injectable()
export class MetricsReader {
  constructor(
    private readonly metrics: WorkerMetrics,
    private readonly registration: InngestRegistration,
  ) {}

  get contentType(): string {
    return this.metrics.contentType;
  }

  text(): Promise<string> {
    return this.metrics.text(this.registration.state);
  }
}
