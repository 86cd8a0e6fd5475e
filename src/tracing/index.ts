export { currentTraceId } from './current-trace.js';
export { startTelemetry, type Telemetry } from './start-telemetry.js';
export { traceMiddleware } from './trace-middleware.js';
export { TracingModule } from './tracing.module.js';
export type { Tracing } from './tracing.js';
