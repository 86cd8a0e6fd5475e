import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Response } from 'express';
import { StoreUnavailableError } from '../store/database.js';

/** When a client is to try again, in seconds. */
export const RETRY_AFTER_S = 5;

/** Refuses what cannot be stored or read now, so that its sender keeps it and tries again. */
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
