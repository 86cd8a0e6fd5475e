import { ExpressAdapter } from '@nestjs/platform-express';

/** The HTTP platform of the application. */
export function platform(): ExpressAdapter {
  return new ExpressAdapter();
}
