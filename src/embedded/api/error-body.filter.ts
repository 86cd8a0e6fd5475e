import { Catch, HttpException, HttpStatus, Logger, type ArgumentsHost } from '@nestjs/common';
import { BaseExceptionFilter } from '@nestjs/core';
import { isRecord } from '../../common/is-record.js';
import { TooCostlyError } from '../expressions/index.js';

/**
 * Gives Nest's own errors the body of the protocol, `{error, data: null, status}`. SDKs read the status from the body:
 * they take an answer to a registration without a status for success.
 */
@Catch()
export class ErrorBodyFilter extends BaseExceptionFilter {
  private readonly logger = new Logger('Inngest');

  override catch(exception: unknown, host: ArgumentsHost): void {
    super.catch(this.inProtocol(exception), host);
  }

  private inProtocol(exception: unknown): HttpException {
    if (exception instanceof HttpException) {
      const body = exception.getResponse();
      const isFromNest = !isRecord(body) || 'statusCode' in body;
      return isFromNest ? protocolError(exception.getStatus(), exception.message) : exception;
    }
    if (exception instanceof TooCostlyError) return protocolError(HttpStatus.BAD_REQUEST, exception.message);
    // An error of a body parser.
    if (exception instanceof Error && 'statusCode' in exception && Number.isInteger(exception.statusCode)) {
      return protocolError(Number(exception.statusCode), exception.message);
    }
    this.logger.error(exception);
    return protocolError(HttpStatus.INTERNAL_SERVER_ERROR, 'Internal server error');
  }
}

function protocolError(status: number, error: string): HttpException {
  return new HttpException({ error, data: null, status }, status);
}
