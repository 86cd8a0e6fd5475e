import { FastifyAdapter } from '@nestjs/platform-fastify';

/** The HTTP platform of the application. */
export function platform(): FastifyAdapter {
  return new FastifyAdapter();
}
