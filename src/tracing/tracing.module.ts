import { Module, type DynamicModule, type MiddlewareConsumer, type NestModule } from '@nestjs/common';
import { traceRequests } from './trace-requests.js';
import type { Tracing } from './tracing.js';

/** Traces the requests to the application's routes, if OpenTelemetry is on. */
@Module({})
export class TracingModule {
  static forRoot(tracing?: Tracing): DynamicModule {
    if (tracing === undefined) return { module: TracingModule };

    @Module({})
    class TracedRequests implements NestModule {
      configure(consumer: MiddlewareConsumer): void {
        consumer.apply(traceRequests(tracing!)).forRoutes('{*path}');
      }
    }
    return { module: TracedRequests };
  }
}
