import { Catch, HttpStatus, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Response } from 'express';
import type { InvalidRequestView, ProblemView } from '../rest/index.js';
import { BadCursorError, RunConflictError } from '../runs/index.js';

/** Answers 409 if a run's state does not allow the request, and 400 for an invalid cursor. */
@Catch(RunConflictError, BadCursorError)
export class RunErrorFilter implements ExceptionFilter<RunConflictError | BadCursorError> {
  catch(error: RunConflictError | BadCursorError, host: ArgumentsHost): void {
    const problem = error instanceof BadCursorError ? badCursor(error) : conflict(error);
    host.switchToHttp().getResponse<Response>().status(problem.statusCode).json(problem);
  }
}

function conflict({ message }: RunConflictError): ProblemView {
  return { statusCode: HttpStatus.CONFLICT, error: 'Conflict', message };
}

function badCursor({ message }: BadCursorError): InvalidRequestView {
  return {
    statusCode: HttpStatus.BAD_REQUEST,
    error: 'Bad Request',
    message: 'The request is not valid: cursor.',
    errors: [{ field: 'cursor', messages: [message] }],
  };
}
