import type { NextFunction, Request, RequestHandler, Response } from 'express';
import type { Tracing } from './tracing.js';

/** What asks all the time, and starts nothing. */
const UNTRACED = /^\/(health|metrics)(\/|$)/i;

/** Express middleware that makes each request a span, as a part of the trace that its `traceparent` names. */
export function traceRequests(tracing: Tracing): RequestHandler {
  return (request: Request, response: Response, next: NextFunction): void => {
    // Nest gives middleware what comes after its route as `path`, which is nothing.
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

/** The route that answered, with its parameters by name. */
function routeOf({ route }: { route?: unknown }): string | undefined {
  const path = (route as { path?: unknown } | undefined)?.path;
  return typeof path === 'string' ? path : undefined;
}
