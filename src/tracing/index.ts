export { currentTraceId } from './current-trace.js';
export { TraceMiddleware } from './trace-middleware.js';
