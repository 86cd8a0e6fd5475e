import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Response } from 'express';
import { StoreUnavailableError } from '../store/database.js';

/** Answers 503 with Retry-After when the store cannot be used now, so that the client keeps the request and retries. */
@Catch(StoreUnavailableError)
export class StoreUnavailableFilter implements ExceptionFilter<StoreUnavailableError> {
  catch({ message }: StoreUnavailableError, host: ArgumentsHost): void {
    host
      .switchToHttp()
      .getResponse<Response>()
      .status(503)
      .setHeader('retry-after', '5')
      .json({ error: message, data: null, status: 503, ids: [''] });
  }
}
