import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * Middleware in the style of Connect and Express. On Express it gets Express's request and response, on Fastify Node's
 * own.
 */
export type EndpointGuard = {
  /** A method type, so that middleware with Express's larger types is assignable. */
  guard(request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void): unknown;
}['guard'];
