import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Response } from 'express';
import { refusalIn } from '../errors/http-refusal.js';

/** Answers requests that are refused before the operation is parsed, in GraphQL's format: `{"errors": […]}`. */
@Catch(HttpException)
export class GraphqlErrorFilter implements ExceptionFilter<HttpException> {
  catch(error: HttpException, host: ArgumentsHost): void {
    const { message, extensions } = refusalIn(error);
    host
      .switchToHttp()
      .getResponse<Response>()
      .status(error.getStatus())
      .json({ errors: [{ message, extensions }] });
  }
}
