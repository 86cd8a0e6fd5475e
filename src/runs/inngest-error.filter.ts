import { Catch, HttpStatus, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Response } from 'express';
import { InngestRefusedError, InngestUnreachableError, NotRegisteredError } from './inngest-api.errors.js';

/** When to try again, in seconds: about the time that Inngest needs to restart. */
const RETRY_AFTER_S = 5;

type InngestError = InngestUnreachableError | InngestRefusedError | NotRegisteredError;

/**
 * Answers REST requests with 503 and Retry-After if Inngest is not reachable, or with 502 if Inngest refused the
 * worker.
 */
@Catch(InngestUnreachableError, InngestRefusedError, NotRegisteredError)
export class InngestErrorFilter implements ExceptionFilter<InngestError> {
  private readonly logger = new Logger('Inngest');

  catch(error: InngestError, host: ArgumentsHost): void {
    // GraphQL formats the error itself.
    if (host.getType<string>() !== 'http') throw error;
    const response = host.switchToHttp().getResponse<Response>();
    this.logger.error(error.message);
    const later = !(error instanceof InngestRefusedError);
    if (later) response.setHeader('retry-after', RETRY_AFTER_S);
    const statusCode = later ? HttpStatus.SERVICE_UNAVAILABLE : HttpStatus.BAD_GATEWAY;
    response.status(statusCode).json({
      statusCode,
      error: later ? 'Service Unavailable' : 'Bad Gateway',
      message: error.message,
    });
  }
}
