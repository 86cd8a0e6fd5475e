import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Response } from 'express';
import { StoreFullError } from '../store/database.js';

/** Whatever cannot be stored is refused, so that its sender keeps it and tries again. */
@Catch(StoreFullError)
export class StoreFullFilter implements ExceptionFilter<StoreFullError> {
  catch({ message }: StoreFullError, host: ArgumentsHost): void {
    host
      .switchToHttp()
      .getResponse<Response>()
      .status(503)
      .setHeader('retry-after', '5')
      .json({ error: message, data: null, status: 503, ids: [''] });
  }
}
