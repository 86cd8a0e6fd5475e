import type { NextFunction, Request, RequestHandler, Response } from 'express';
import type { Clock } from './clock.js';

/**
 * Express middleware that holds virtual time while a request is open.
 *
 * @param except tells which requests do not hold the clock: streams that stay open on purpose (Server-Sent Events), and
 *   calls from Inngest, for which {@link Clock.serving} knows when they only sleep
 */
export function holdWhileOpen(clock: Clock, except: (request: Request) => boolean): RequestHandler {
  return (request: Request, response: Response, next: NextFunction) => {
    if (!except(request)) response.once('close', clock.hold(`${request.method} ${request.originalUrl}`));
    next();
  };
}
