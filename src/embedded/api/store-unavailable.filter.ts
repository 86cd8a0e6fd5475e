import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Response } from 'express';
import { StoreUnavailableError } from '../store/database.js';

/** After how many seconds a client should try again. */
export const RETRY_AFTER_S = 5;

/** Answers 503 while the store is unavailable, so that clients keep what they send and try again. */
@Catch(StoreUnavailableError)
export class StoreUnavailableFilter implements ExceptionFilter<StoreUnavailableError> {
  catch({ message }: StoreUnavailableError, host: ArgumentsHost): void {
    host
      .switchToHttp()
      .getResponse<Response>()
      .status(503)
      .setHeader('retry-after', String(RETRY_AFTER_S))
      .json({ error: message, data: null, status: 503, ids: [''] });
  }
}
