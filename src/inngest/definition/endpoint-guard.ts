import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * Middleware in the style of Connect and Express. On Express it is given Express's request and response, on Fastify
 * Node's own.
 */
export type EndpointGuard = {
  /** A method, so that middleware for Express's larger types fits. */
  guard(request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void): unknown;
}['guard'];
