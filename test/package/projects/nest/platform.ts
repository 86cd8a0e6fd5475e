import { ExpressAdapter } from '@nestjs/platform-express';

/** What the application answers with. */
export function platform(): ExpressAdapter {
  return new ExpressAdapter();
}
