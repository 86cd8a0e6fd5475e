import type { NextFunction, Request, RequestHandler, Response } from 'express';
import type { Tracing } from './tracing.js';

/** Paths that are requested frequently and start no work. */
const UNTRACED = /^\/(health|metrics)(\/|$)/i;

/** Express middleware that creates a span for each request, in the trace of its `traceparent`. */
export function traceRequests(tracing: Tracing): RequestHandler {
  return (request: Request, response: Response, next: NextFunction): void => {
    // For middleware of a route, Nest sets `path` to the rest after the route, which is empty here.
    const [path = ''] = request.originalUrl.split('?', 1);
    if (UNTRACED.test(path)) {
      next();
      return;
    }
    const { method } = request;
    const attributes = { 'http.request.method': method, 'url.path': path };
    const parent = tracing.contextIn(request.headers);
    const span = tracing.start({ name: method, kind: 'server', attributes }, parent);
    response.once('close', () => {
      const route = routeOf(request);
      if (route !== undefined) span.updateName(`${method} ${route}`).setAttribute('http.route', route);
      span.setAttribute('http.response.status_code', response.statusCode);
      if (response.statusCode >= 500) tracing.failed(span);
      span.end();
    });
    tracing.inside(span, next, parent);
  };
}

/** The route that answered, with the names of its parameters. */
function routeOf({ route }: { route?: unknown }): string | undefined {
  const path = (route as { path?: unknown } | undefined)?.path;
  return typeof path === 'string' ? path : undefined;
}
