import type { NextFunction, Request, RequestHandler, Response } from 'express';
import type { Clock } from './clock.js';

/**
 * Express middleware for the doors of an application: virtual time stands still while a request is open.
 * Streams that stay open on purpose (Server-Sent Events) and the calls of Inngest, which {@link Clock.serving}
 * follows more closely, are let through by `except`.
 */
export function holdWhileOpen(clock: Clock, except: (request: Request) => boolean): RequestHandler {
  return (request: Request, response: Response, next: NextFunction) => {
    if (!except(request)) response.once('close', clock.hold(`${request.method} ${request.originalUrl}`));
    next();
  };
}
