import { Catch, HttpStatus, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Response } from 'express';
import { InngestRefusedError, InngestUnreachableError, NotRegisteredError } from './inngest-api.errors.js';

/** When to ask again, in seconds: about as long as Inngest takes to come back up. */
const RETRY_AFTER_S = 5;

type InngestError = InngestUnreachableError | InngestRefusedError | NotRegisteredError;

/** Tells a caller of the REST API that it is Inngest that is missing: 503 with Retry-After, or 502 if it refused. */
@Catch(InngestUnreachableError, InngestRefusedError, NotRegisteredError)
export class InngestErrorFilter implements ExceptionFilter<InngestError> {
  private readonly logger = new Logger('Inngest');

  catch(error: InngestError, host: ArgumentsHost): void {
    // GraphQL has a form of its own for it.
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
