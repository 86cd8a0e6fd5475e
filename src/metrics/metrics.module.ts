import { Module, type DynamicModule } from '@nestjs/common';
import { MetricsController } from './metrics.controller.js';
import { MetricsReader } from './metrics-reader.js';
import { MetricsServer } from './metrics-server.js';
import { WorkerMetrics } from './worker-metrics.js';

export interface MetricsModuleOptions {
  /** Whether a port of their own serves the metrics, and the worker's does not. */
  readonly hasOwnPort: boolean;
}

/** The metrics of the worker, as the route `/metrics` or on a port of their own. */
@Module({})
export class MetricsModule {
  /** @param metrics what the middleware of the Inngest client counts with */
  static forRoot(metrics: WorkerMetrics, { hasOwnPort }: MetricsModuleOptions): DynamicModule {
    return {
      module: MetricsModule,
      controllers: hasOwnPort ? [] : [MetricsController],
      providers: [{ provide: WorkerMetrics, useValue: metrics }, MetricsReader, MetricsServer],
      exports: [MetricsServer],
    };
  }
}
