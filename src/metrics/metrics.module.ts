import { Module, type DynamicModule } from '@nestjs/common';
import { MetricsController } from './metrics.controller.js';
import { MetricsReader } from './metrics-reader.js';
import { MetricsServer } from './metrics-server.js';
import { WorkerMetrics } from './worker-metrics.js';

export interface MetricsModuleOptions {
  /** Whether a separate port serves the metrics instead of the worker's port. */
  readonly hasOwnPort: boolean;
}

/** The metrics of the worker, at the route `/metrics` or on a separate port. */
@Module({})
export class MetricsModule {
  /** @param metrics the object in which the Inngest client's middleware counts */
  static forRoot(metrics: WorkerMetrics, { hasOwnPort }: MetricsModuleOptions): DynamicModule {
    return {
      module: MetricsModule,
      controllers: hasOwnPort ? [] : [MetricsController],
      providers: [{ provide: WorkerMetrics, useValue: metrics }, MetricsReader, MetricsServer],
      exports: [MetricsServer],
    };
  }
}
