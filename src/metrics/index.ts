export { metricsMiddleware } from './metrics-middleware.js';
export { MetricsModule } from './metrics.module.js';
export { MetricsServer } from './metrics-server.js';
export type { ReadServerLoad, ServerLoad } from './server-load.js';
export { WorkerMetrics } from './worker-metrics.js';
