import { FastifyAdapter } from '@nestjs/platform-fastify';

/** What the application answers with. */
export function platform(): FastifyAdapter {
  return new FastifyAdapter();
}
